import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { type AskedMoment, type SocketOptions, sockets } from '../../src/engine/sockets.ts';
import { PROFILES, type ProfileName } from '../../src/machine/profile.ts';
import type { SocketCount, SocketPeriod } from '../../src/report/sockets/socket-report.ts';
import { ladder } from '../support/ladder.ts';

const OPEN = `
  +0     > S   0:0(0)           <mss 1460>
  +.01   < S.  0:0(0) ack 1     <mss 1460>
  +.01   > .   1:1(0) ack 1`;

const CLOSE = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.1    < .   1:1(0) ack 2
  +.9    < F.  1:1(0) ack 2
  +.01   > .   2:2(0) ack 2`;

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('there is none');
  return value;
}

async function socketsOf(
  text: string,
  options: Partial<SocketOptions> & { readonly timers?: ProfileName } = {},
): Promise<SocketPeriod> {
  const { timers = 'linux', ...rest } = options;
  const report = await sockets([{ path: 'ladder.pcap', source: fromBytes(ladder(text)) }], {
    profile: PROFILES[timers],
    linger: 60,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    ...rest,
  });
  return must(report.periods[0]);
}

function offset(seconds: number): AskedMoment {
  return { asked: `+${seconds}s`, kind: 'offset', nanoseconds: seconds * 1e9 };
}

/** `client ESTABLISHED 1`. */
function words(counts: readonly SocketCount[]): string[] {
  return counts.map(({ side, state, sockets }) => `${side} ${state} ${sockets}`);
}

async function at(text: string, seconds: number, timers?: ProfileName): Promise<string[]> {
  const { at: moments } = await socketsOf(text, { at: [offset(seconds)], ...(timers && { timers }) });
  return words(must(moments[0]).counts);
}

async function atEnd(text: string, timers?: ProfileName): Promise<string[]> {
  const { at: moments } = await socketsOf(text, timers && { timers });
  return words(must(moments.at(-1)).counts);
}

const LATER = (seconds: number) => `
  @ client 10.0.0.1:50000
  +${seconds} > S 0:0(0)`;

describe('sockets at a moment', () => {
  it('are those of both sides', async () => {
    expect(await at(CLOSE, 0.005)).toEqual(['client SYN_SENT 1', 'server SYN_RCVD 1']);
    expect(await at(CLOSE, 0.5)).toEqual(['client ESTABLISHED 1', 'server ESTABLISHED 1']);
    expect(await at(CLOSE, 1.05)).toEqual(['client FIN_WAIT_1 1', 'server CLOSE_WAIT 1']);
    expect(await at(CLOSE, 1.5)).toEqual(['client FIN_WAIT_2 1', 'server CLOSE_WAIT 1']);
    expect(await atEnd(CLOSE)).toEqual(['client TIME_WAIT 1']);
  });

  it('are counted behind a frame, too, and in between by the segment before it', async () => {
    const { at: moments } = await socketsOf(CLOSE, { at: [{ asked: '#4', kind: 'frame', frame: 4 }] });
    expect(words(must(moments[0]).counts)).toEqual(['client FIN_WAIT_1 1', 'server CLOSE_WAIT 1']);
  });

  it('have what a packet shows apart from what is assumed', async () => {
    const { at: moments } = await socketsOf(`${OPEN}\n+1 > F. 1:1(0) ack 1`);
    expect(must(moments.at(-1)).counts.map(({ proven, assumed }) => [proven, assumed])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('are listed where that is asked', async () => {
    const { at: moments } = await socketsOf(CLOSE, { at: [offset(1.5)], list: true });
    expect(must(moments[0]).sockets).toMatchObject([
      { state: 'FIN_WAIT_2', local: { port: 40000 }, peer: { port: 80 }, status: 'proven', connection: 0 },
      { state: 'CLOSE_WAIT', local: { port: 80 }, peer: { port: 40000 }, status: 'proven', connection: 0 },
    ]);
  });

  it('were there before a capture that begins mid-stream', async () => {
    const text = '+0 > S 0:0(0)\n@ client 10.0.0.1:50000\n+5 > P. 1:5(4) ack 1\n+.01 < . 1:1(0) ack 5';
    expect(await at(text, 3)).toEqual(['client ESTABLISHED 1', 'server ESTABLISHED 1']);
  });
});

describe('a timer that no packet shows', () => {
  it('ends TIME_WAIT after 2MSL of the profile', async () => {
    expect(await atEnd(CLOSE + LATER(59))).toEqual(['client SYN_SENT 1', 'client TIME_WAIT 1']);
    expect(await atEnd(CLOSE + LATER(61))).toEqual(['client SYN_SENT 1']);
    expect(await atEnd(CLOSE + LATER(61), 'rfc9293')).toEqual(['client SYN_SENT 1', 'client TIME_WAIT 1']);
  });

  it('ends an orphaned FIN_WAIT_2 where the stack sets a limit', async () => {
    const half = `${OPEN}\n+1 > F. 1:1(0) ack 1\n+.1 < . 1:1(0) ack 2`;
    expect(await atEnd(half + LATER(59))).toContain('client FIN_WAIT_2 1');
    expect(await atEnd(half + LATER(61))).toEqual(['client SYN_SENT 1', 'server CLOSE_WAIT 1']);
    expect(await atEnd(half + LATER(61), 'rfc9293')).toContain('client FIN_WAIT_2 1');
  });

  it('ends no FIN_WAIT_2 of a side that still speaks', async () => {
    const half = `${OPEN}\n+1 > F. 1:1(0) ack 1\n+.1 < . 1:1(0) ack 2
      +62 < P. 1:5(4) ack 2\n+.01 > . 2:2(0) ack 5`;
    expect(await atEnd(half + LATER(30))).toContain('client FIN_WAIT_2 1');
  });

  it('ends an opening whose next SYN is overdue', async () => {
    const unanswered = '+0 > S 0:0(0)\n+1 > S 0:0(0)';
    expect(await atEnd(unanswered + LATER(1.4))).toEqual(['client SYN_SENT 2']);
    expect(await atEnd(unanswered + LATER(2.6))).toEqual(['client SYN_SENT 1']);
  });
});

describe('the most sockets at once', () => {
  it('come with the time of the first such moment', async () => {
    const { most } = await socketsOf(`${CLOSE}\n@ client 10.0.0.1:40001\n${CLOSE}`);
    const found = most.filter(({ side }) => side === 'client');
    expect(found.map(({ state, sockets, time }) => `${state} ${sockets} ${time}`)).toEqual([
      'SYN_SENT 1 1750000000.000000000',
      'ESTABLISHED 1 1750000000.010000000',
      'FIN_WAIT_1 1 1750000001.020000000',
      'FIN_WAIT_2 1 1750000001.120000000',
      'TIME_WAIT 2 1750000004.050000000',
    ]);
  });
});

describe('sockets over time', () => {
  it('are counted at each step up to the end', async () => {
    const { every } = await socketsOf(CLOSE, { every: 0.5 });
    expect(every?.moments.map(({ counts }) => words(counts).join(', '))).toEqual([
      'client SYN_SENT 1, server SYN_RCVD 1',
      'client ESTABLISHED 1, server ESTABLISHED 1',
      'client ESTABLISHED 1, server ESTABLISHED 1',
      'client FIN_WAIT_2 1, server CLOSE_WAIT 1',
      'client FIN_WAIT_2 1, server CLOSE_WAIT 1',
    ]);
  });
});

describe('captures that are no rotation', () => {
  it('are counted by themselves', async () => {
    const inputs = ['a.pcap', 'b.pcap'].map((path) => ({ path, source: fromBytes(ladder(CLOSE)) }));
    const report = await sockets(inputs, {
      profile: PROFILES.linux,
      linger: 60,
      reader: 'lastack',
      toolVersion: '0.0.0-test',
    });
    expect(report.periods.map(({ captures, connections }) => [captures, connections])).toEqual([
      [[0], 1],
      [[1], 1],
    ]);
    expect(report.periods.map(({ at: [end] }) => words(must(end).counts))).toEqual([
      ['client TIME_WAIT 1'],
      ['client TIME_WAIT 1'],
    ]);
  });
});

it('counts only the connections that are chosen', async () => {
  const two = `@ client 10.0.0.1:40000\n@ server 10.0.0.2:80\n${CLOSE}\n@ connection 2\n@ client 10.0.0.1:40001\n@ server 10.0.0.2:443\n${OPEN}`;
  const chooses: SocketOptions['chooses'] = ({ server }) => server.port === 443;
  const counted = async (options: Partial<SocketOptions>): Promise<string[]> => {
    const { at: moments } = await socketsOf(two, options);
    return words(must(moments.at(-1)).counts).filter((text) => text.startsWith('server'));
  };
  expect(await counted({ chooses })).toEqual(['server ESTABLISHED 1']);
  expect((await counted({})).length).toBeGreaterThan(1);
});
