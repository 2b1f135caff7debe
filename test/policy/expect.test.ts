import { describe, expect, it } from 'vitest';
import type { ServiceConfig } from '../../src/policy/config.ts';
import { findingsUnder, reportUnder } from '../support/with-policy.ts';

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const BY_CLIENT = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.5 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;
const BY_SERVER = `${OPENING}+1 < F. 1:1(0) ack 1\n+.01 > F. 1:1(0) ack 2\n+.01 < . 2:2(0) ack 2\n`;
const ABORT = `${OPENING}+1 > P. 1:101(100) ack 1\n+.01 < . 1:1(0) ack 101\n+.1 < R. 1:1(0) ack 101\n`;
const LOST = `${OPENING}+1 > P. 1:101(100) ack 1\n+.01 < R. 1:1(0) ack 1\n`;
const LEAK = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+99 > . 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;
const CUT = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;
const REFUSED = '+0 > S 0:0(0)\n+.01 < R. 0:0(0) ack 1\n';
const LATE_RST = `${BY_CLIENT}+.1 < R 2:2(0)\n`;
/** A stretch that was acknowledged and never captured, before the first FIN that was. */
const HOLE = `${OPENING}+1 > . 1:1(0) ack 501\n+.1 < F. 501:501(0) ack 1\n+.01 > F. 1:1(0) ack 502\n+.01 < . 502:502(0) ack 2\n`;

const expected = async (service: ServiceConfig, text: string, linger?: number): Promise<string[]> =>
  (await findingsUnder({ services: [service] }, text, linger)).filter((one) => one.includes('expected-'));

describe('a configuration that expects', () => {
  it.each<[string, ServiceConfig, string, string[]]>([
    ['the client to close first, which it does', { closer: 'client' }, BY_CLIENT, []],
    ['the server to close first', { closer: 'server' }, BY_CLIENT, ['violation expected-closer client']],
    ['the client to close first', { closer: 'client' }, BY_SERVER, ['violation expected-closer server']],
    ['one of two to close first', { closer: ['both', 'server'] }, BY_SERVER, []],
    ['a closer where nobody closes', { closer: 'client' }, OPENING, []],
    ['a closer where an RST is the first', { closer: 'client' }, ABORT, ['violation expected-closer server']],
    [
      'a closer where the capture has a hole',
      { closer: 'client' },
      HOLE,
      ['inconclusive expected-closer server'],
    ],
    ['a kind that it is', { kinds: ['four-way'] }, BY_CLIENT, []],
    ['another kind', { kinds: ['three-way'] }, BY_CLIENT, ['violation expected-kinds -']],
    ['no abort', { kinds: ['four-way'] }, ABORT, ['violation expected-kinds server']],
    ['no refused ones', { kinds: ['four-way'] }, REFUSED, ['violation expected-kinds server']],
    ['kinds where it has not ended', { kinds: ['four-way'] }, OPENING, []],
    ['kinds where it never ended', { kinds: ['four-way'] }, LEAK, ['violation expected-kinds -']],
    ['kinds where the capture ended', { kinds: ['four-way'] }, CUT, ['inconclusive expected-kinds -']],
    ['a close within its time', { longestClose: 1 }, BY_CLIENT, []],
    ['a shorter close', { longestClose: 0.5 }, BY_CLIENT, ['violation expected-duration -']],
    ['a close that does not come', { longestClose: 60 }, LEAK, ['violation expected-duration -']],
    ['a close that may still come', { longestClose: 60 }, CUT, []],
    ['CLOSE_WAIT within its time', { longestCloseWait: 1 }, BY_CLIENT, []],
    ['a shorter CLOSE_WAIT', { longestCloseWait: 0.3 }, BY_CLIENT, ['violation expected-close-wait server']],
    ['no leak of CLOSE_WAIT', { longestCloseWait: 60 }, LEAK, ['violation expected-close-wait server']],
    ['nothing lost, and nothing is', { noLoss: true }, ABORT, []],
    ['nothing lost', { noLoss: true }, LOST, ['violation expected-no-loss server']],
    ['no RST, and there is none', { noReset: true }, BY_CLIENT, []],
    ['no RST', { noReset: true }, ABORT, ['violation expected-no-reset server']],
    ['no RST, not even behind the end', { noReset: true }, LATE_RST, ['violation expected-no-reset server']],
    ['no RST of those that are refused', { noReset: true }, REFUSED, ['violation expected-no-reset server']],
    ['nothing', { noReset: false, noLoss: null, closer: null, kinds: null }, LOST, []],
  ])('%s', async (_, service, text, findings) => {
    expect(await expected(service, text)).toEqual(findings);
  });

  it('counts the time to close by --linger', async () => {
    expect(await expected({ kinds: ['four-way'] }, LEAK, 200)).toEqual(['inconclusive expected-kinds -']);
  });

  it('says what it expects, where that stands, and which frames show otherwise', async () => {
    const report = await reportUnder({ services: [{}, { kinds: ['four-way', 'three-way'] }] }, ABORT);
    expect(report.connections[0]?.findings).toContainEqual(
      expect.objectContaining({
        message: 'The configuration expects four-way or three-way; the connection closed as abort.',
        clause: 'lastack.config.json services[1].kinds',
        frames: [6],
      }),
    );
    expect(report.connections[0]?.verdict).toBe('violation');
  });
});

describe('a selector', () => {
  // The client is 10.0.0.1, the server 10.0.0.2:80.
  it.each<[ServiceConfig, boolean]>([
    [{}, true],
    [{ port: 80 }, true],
    [{ port: [443, 80] }, true],
    [{ port: 443 }, false],
    [{ address: '10.0.0.2' }, true],
    [{ address: '10.0.0.1' }, false],
    [{ address: '10.0.0.1', role: 'client' }, true],
    [{ address: '10.0.0.2', role: 'client' }, false],
    [{ address: '10.0.0.1', role: 'either' }, true],
    [{ network: '10.0.0.0/24' }, true],
    [{ network: '10.0.1.0/24' }, false],
    [{ network: '10.0.0.0/24', address: '10.0.0.1' }, false],
    [{ network: 'fd00::/8' }, false],
  ])('%j', async (selector, isMeant) => {
    const { connections } = await reportUnder({}, ABORT);
    expect(connections[0]).toMatchObject({
      client: { address: '10.0.0.1' },
      server: { address: '10.0.0.2', port: 80 },
    });
    expect((await expected({ ...selector, noReset: true }, ABORT)).length > 0).toBe(isMeant);
  });

  it('gives way to a later entry, expectation by expectation', async () => {
    const services: ServiceConfig[] = [
      { noReset: true, closer: 'client' },
      { port: 80, noReset: null },
    ];
    expect((await findingsUnder({ services }, ABORT)).filter((one) => one.includes('expected-'))).toEqual([
      'violation expected-closer server',
    ]);
  });
});
