import { describe, expect, it } from 'vitest';
import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import type { EngineOptions } from '../../src/engine/check-options.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { type Chosen, chooserOf, type Moment } from '../../src/policy/chosen.ts';
import { type Network, parseNetwork } from '../../src/policy/network.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { CAPTURES } from '../cli/run.ts';
import { ladder } from '../support/ladder.ts';
import { plainReport } from '../support/plain-report.ts';

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const CLEAN = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;
const BY_SERVER = `${OPENING}+1 < F. 1:1(0) ack 1\n+.01 > F. 1:1(0) ack 2\n+.1 < . 2:2(0) ack 2\n`;
const LEAK = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+99 > . 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;

/** Three connections, one behind the other: clean, closed by the server, leaking. */
const CAPTURE = ladder(
  [
    `@ client 10.0.0.1:40000\n@ server 10.0.0.2:80\n${CLEAN}`,
    `@ connection 2\n@ client 10.0.0.3:40001\n@ server 10.0.0.2:443\n${BY_SERVER}`,
    `@ connection 3\n@ client 10.0.1.1:40002\n@ server 10.0.0.4:80\n${LEAK}`,
  ].join('\n'),
);

const OPTIONS: EngineOptions = {
  profile: PROFILES.rfc9293,
  linger: 60,
  reader: 'lastack',
  connections: 'all',
  toolVersion: '0',
};

const NONE: Chosen = {
  services: [],
  ports: [],
  networks: [],
  kinds: [],
  closers: [],
  causes: [],
  rules: [],
  from: null,
  to: null,
};

async function reported(chosen: Partial<Chosen>, options: Partial<EngineOptions> = {}) {
  const chooses = chooserOf({ ...NONE, ...chosen });
  if (chooses === null) throw new Error('nothing is chosen');
  const input = () => ({ path: 'a.pcap', source: fromBytes(CAPTURE) });
  const report = await check([input()], { ...OPTIONS, ...options, chooses });
  expect(report.summary).toEqual((await plainReport(input(), { ...OPTIONS, ...options, chooses })).summary);
  return report;
}

async function ids(chosen: Partial<Chosen>): Promise<number[]> {
  const { connections, summary } = await reported(chosen);
  expect(summary.connections).toBe(connections.length);
  return connections.map(({ id }) => id);
}

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === null) throw new Error(text);
  return network;
}

const offset = (seconds: number): Moment => ({ kind: 'offset', nanoseconds: seconds * 1e9 });

describe('connections that are chosen', () => {
  it('are all where nothing is asked for', () => expect(chooserOf(NONE)).toBeNull());

  it.each<[string, Partial<Chosen>, number[]]>([
    ['of a service', { services: [{ network: parseNetwork('10.0.0.2/32'), port: 80 }] }, [0]],
    ['of an address', { services: [{ network: parseNetwork('10.0.0.2/32'), port: null }] }, [0, 1]],
    ['of either of two', { services: [80, 443].map((port) => ({ network: null, port })) }, [0, 1, 2]],
    ['with a port at either end', { ports: [40_001] }, [1]],
    ['in a network', { networks: [networkOf('10.0.1.0/24')] }, [2]],
    ['of a kind', { kinds: ['incomplete', 'abort'] }, [2]],
    ['by who closed first', { closers: ['client'] }, [0, 2]],
    ['with a finding', { rules: ['missing-fin'] }, [2]],
    ['with a cause', { causes: ['refused'] }, []],
    ['that fit every option', { closers: ['client'], ports: [80], kinds: ['four-way'] }, [0]],
    ['from a moment on', { from: offset(1.5) }, [1, 2]],
    ['up to a moment', { to: offset(1.05) }, [0]],
    ['up to a frame', { to: { kind: 'frame', frame: 9 } }, [0, 1]],
    ['at a clock time', { from: { kind: 'clock', since1970: () => 1_750_000_050_000_000_000n } }, [2]],
  ])('%s', async (_, chosen, expected) => expect(await ids(chosen)).toEqual(expected));

  it.each<[string, Partial<Chosen>, number]>([
    ['a service', { services: [{ network: null, port: 443 }] }, 129],
    ['a port', { ports: [40_007] }, 1],
    ['an address', { networks: [networkOf('10.9.0.2/32')] }, 300],
    ['a kind', { kinds: ['abort'] }, 30],
    ['a closer', { closers: ['server'] }, 60],
    ['a cause', { causes: ['application-abort'] }, 30],
    ['a rule', { rules: ['three-way-close'] }, 60],
    ['a beginning', { from: offset(1) }, 97],
    ['an end', { to: offset(0.5) }, 102],
  ])('by %s are the same where most took the fast path', async (_, chosen, many) => {
    const chooses = chooserOf({ ...NONE, ...chosen }) ?? undefined;
    if (!chooses) throw new Error('nothing is chosen');
    const path = `${CAPTURES}short-connections-300.pcap`;
    const input = () => ({ path: 'a.pcap', source: openFile(path) });
    for (const connections of ['all', 'worst'] as const) {
      const options: EngineOptions = { ...OPTIONS, connections, chooses };
      const plain = await plainReport(input(), options);
      expect(plain.summary.connections).toBe(many);
      expect(await check([input()], options)).toEqual(plain);
    }
  });

  it('are judged by the whole capture, and counted alone', async () => {
    const { connections, captures, summary, chosen } = await reported({ rules: ['missing-fin'] });
    expect(captures[0]?.segments).toBeGreaterThan(15);
    expect(connections[0]).toMatchObject({ id: 2, verdict: 'suspect', final: { server: 'CLOSE_WAIT' } });
    expect(summary.verdicts).toEqual({ conformant: 0, violation: 0, suspect: 1, inconclusive: 0 });
    expect(chosen).toBe(true);
  });

  it('are said to be chosen', async () => {
    expect(formatText(await reported({ ports: [443] }, { connections: 'worst' }))).toContain(
      'a.pcap: 1 chosen connection, ',
    );
    expect(formatText(await reported({ ports: [1] }))).toContain('No connection in it fits the choice.');
  });
});
