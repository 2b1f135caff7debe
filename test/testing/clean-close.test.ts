import { describe, expect, it } from 'vitest';
import { check } from '../../src/index.ts';
import { whyNotClean } from '../../src/testing/clean-close.ts';
import type { CloseCleanlyOptions } from '../../src/testing/options.ts';
import { ladder } from '../support/ladder.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const NO_FINS = 'is no close with FINs of both sides acknowledged';

async function reasonsOf(capture: string, options: CloseCleanlyOptions = {}): Promise<string[]> {
  const { connections } = await check(capture.includes('\n') ? ladder(capture) : `${ROOT}${capture}`);
  const [first] = connections;
  if (first === undefined) throw new Error('no connection');
  return whyNotClean(first, options);
}

describe('a clean close', () => {
  it.each([
    'captures/four-way-client-first.pcap',
    'captures/four-way-server-first.pcap',
    'captures/three-way.pcap',
    'captures/simultaneous-close-at-middle.pcap',
    'captures/half-close-with-data.pcap',
    'captures/lost-fin.pcap',
    'captures/mid-stream-start.pcap',
  ])('is one with FINs of both sides, each acknowledged: %s', async (capture) => {
    expect(await reasonsOf(capture)).toEqual([]);
    expect(await reasonsOf(capture, { side: 'client' })).toEqual([]);
    expect(await reasonsOf(capture, { side: 'server' })).toEqual([]);
  });

  it.each([
    ['captures/abort-linger-zero.pcap', [`abort ${NO_FINS}`]],
    ['captures/rst-after-fin.pcap', [`reset-after-fin ${NO_FINS}`]],
    ['captures/left-open.pcap', [`open ${NO_FINS}`]],
    ['captures/refused.pcap', [`refused ${NO_FINS}`]],
    ['captures/syn-never-answered.pcap', [`unanswered ${NO_FINS}`]],
    ['captures/cut-after-first-fin.pcap', [`incomplete ${NO_FINS}`]],
    ['captures/close-wait-leak.pcap', [`incomplete ${NO_FINS}`, 'suspect missing-fin (server)']],
    ['test/violations/no-time-wait.pcap', ['violation time-wait-cut-short (client)']],
  ])('is not %s', async (capture, reasons) => {
    expect(await reasonsOf(capture)).toEqual(reasons);
  });

  it('lets kinds through that are allowed, and no others, but none with a violation or a suspect', async () => {
    const allow = ['open', 'incomplete'] as const;
    expect(await reasonsOf('captures/left-open.pcap', { allow })).toEqual([]);
    expect(await reasonsOf('captures/cut-after-first-fin.pcap', { allow })).toEqual([]);
    expect(await reasonsOf('captures/refused.pcap', { allow })).toEqual([`refused ${NO_FINS}`]);
    expect(await reasonsOf('captures/close-wait-leak.pcap', { allow })).toEqual([
      'suspect missing-fin (server)',
    ]);
  });

  it('does not count findings of rules that are ignored', async () => {
    const ignore = ['missing-fin'];
    const allow = ['incomplete'] as const;
    expect(await reasonsOf('captures/close-wait-leak.pcap', { ignore, allow })).toEqual([]);
    expect(await reasonsOf('test/violations/no-time-wait.pcap', { ignore })).toHaveLength(1);
  });
});

describe('a clean close on one side', () => {
  it('asks nothing of the other, which leaks in CLOSE_WAIT here', async () => {
    expect(await reasonsOf('captures/close-wait-leak.pcap', { side: 'client' })).toEqual([]);
    expect(await reasonsOf('captures/close-wait-leak.pcap', { side: 'server' })).toEqual([
      'the server sent no FIN',
      'suspect missing-fin (server)',
    ]);
  });

  it('does not count a violation of the other', async () => {
    const capture = 'test/violations/no-time-wait.pcap';
    expect(await reasonsOf(capture, { side: 'server' })).toEqual([]);
    expect(await reasonsOf(capture, { side: 'client' })).toEqual([
      'the client sent an RST',
      'violation time-wait-cut-short (client)',
    ]);
  });

  it('takes a FIN that was acknowledged, whatever ended the connection then, and no RST of its own', async () => {
    const resetByServer = [
      '+0 > S 0:0(0)',
      '+.01 < S. 0:0(0) ack 1',
      '+0 > . 1:1(0) ack 1',
      '+1 > F. 1:1(0) ack 1',
      '+.01 < . 1:1(0) ack 2',
      '+1 < R. 1:1(0) ack 2',
      '',
    ].join('\n');
    expect(await reasonsOf(resetByServer, { side: 'client' })).toEqual([]);
    expect(await reasonsOf(resetByServer, { side: 'server' })).toEqual(['the server sent an RST']);
    expect(await reasonsOf(resetByServer)).toEqual([`reset-after-fin ${NO_FINS}`]);
  });

  it('does not take a side that was reset before it could close: nothing shows that it would have', async () => {
    const capture = 'captures/abort-linger-zero.pcap';
    expect(await reasonsOf(capture, { side: 'client' })).toEqual(['the client sent an RST']);
    expect(await reasonsOf(capture, { side: 'server' })).toEqual(['the server sent no FIN']);
  });

  it('does not take a FIN that nobody acknowledged', async () => {
    expect(await reasonsOf('captures/fin-never-acknowledged.pcap', { side: 'client' })).toEqual([
      'the FIN of the client was not acknowledged',
    ]);
  });
});
