import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import type { Connection } from '../../src/rules/rule.ts';
import { runRules } from '../../src/rules/run-rules.ts';
import { connectionsOfBytes } from '../support/check-ladder.ts';
import { ladder } from '../support/ladder.ts';
import { isThorough, sampled } from '../support/thorough.ts';

const EPOCH = 1_750_000_000n * 1_000_000_000n;

/** How the other leg shows a segment. */
interface Device {
  /** What it adds to the numbers of each side. */
  readonly client: number;
  readonly server: number;
  /** Whose segments are seen on both legs. */
  readonly sees: 'both' | 'client' | 'server';
  /** Nanoseconds between the copies. */
  readonly gap: number;
  /** The copies of the other leg come first: those of this side, or all, or none. */
  readonly first: 'client' | 'server' | 'all' | 'none';
  readonly routes: boolean;
}

const USUAL: Device = {
  client: 0,
  server: 1_600_000_000,
  sees: 'both',
  gap: 10_000,
  first: 'server',
  routes: true,
};

interface Packet {
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

/** The capture of a ladder with the other leg of a device in it. */
async function withOtherLeg(text: string, device: Device, version: 4 | 6): Promise<Uint8Array> {
  const ends = version === 6 ? { client: '[fd00::1]:40000', server: '[fd00::2]:80' } : {};
  const packets: Packet[] = [];
  await readCapture([ladder(text, ends)], {
    record: ({ time, bytes, offset, captured }) => {
      const own = bytes.slice(offset, offset + captured);
      // Other identifications than those of tools.
      if (own[12] === 0x08) own[18] = (own[18] ?? 0) ^ 0x20;
      const other = translated(own, device);
      const at = EPOCH + BigInt(Math.round(time));
      const side = isOfClient(own) ? 'client' : 'server';
      if (device.sees !== 'both' && device.sees !== side) {
        packets.push({ time: at, bytes: own });
        return;
      }
      const isLate = device.first === 'all' || device.first === side;
      packets.push({ time: at, bytes: isLate ? other : own });
      packets.push({ time: at + BigInt(device.gap), bytes: isLate ? own : other });
    },
  });
  const writer = new PcapWriter({ resolution: 'ns' });
  for (const packet of packets.sort((a, b) => Number(a.time - b.time))) writer.write(packet);
  return writer.bytes();
}

function tcpOf(bytes: Uint8Array): number {
  return bytes[12] === 0x86 ? 54 : 34;
}

function isOfClient(bytes: Uint8Array): boolean {
  const tcp = tcpOf(bytes);
  return (((bytes[tcp] ?? 0) << 8) | (bytes[tcp + 1] ?? 0)) === 40_000;
}

function translated(own: Uint8Array, { client, server, routes }: Device): Uint8Array {
  const bytes = own.slice();
  const view = new DataView(bytes.buffer);
  const tcp = tcpOf(bytes);
  const fromClient = isOfClient(bytes);
  view.setUint32(tcp + 4, view.getUint32(tcp + 4) + (fromClient ? client : server));
  if ((bytes[tcp + 13] ?? 0) & 0x10) {
    view.setUint32(tcp + 8, view.getUint32(tcp + 8) + (fromClient ? server : client));
  }
  view.setUint16(tcp + 16, 0);
  const ttl = tcp === 54 ? 21 : 22;
  if (routes) bytes[ttl] = (bytes[ttl] ?? 0) - 1;
  return bytes;
}

const STAMPED = (text: string): string =>
  text.replaceAll(/^\s*\+\S+ +([<>]) .*$/gm, (line, arrow: string) => {
    const clock = arrow === '>' ? 'TS val 1000 ecr 2000' : 'TS val 2000 ecr 1000';
    return `${line} <${clock}>`;
  });

const BODY = `
  +.1    > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +.02   < P.  1:1001(1000) ack 101
  +.02   > .   101:101(0) ack 1001`;
const HANDSHAKE = `
  +0     > S   0:0(0)
  +.02   < S.  0:0(0) ack 1
  +.02   > .   1:1(0) ack 1`;

const CLOSES: Readonly<Record<string, string>> = {
  'four-way client': `
    +1     > F.  101:101(0) ack 1001
    +.02   < .   1001:1001(0) ack 102
    +.1    < F.  1001:1001(0) ack 102
    +.02   > .   102:102(0) ack 1002`,
  'three-way server': `
    +1     < F.  1001:1001(0) ack 101
    +.02   > F.  101:101(0) ack 1002
    +.02   < .   1002:1002(0) ack 102`,
  'half-close client': `
    +1     > F.  101:101(0) ack 1001
    +.02   < .   1001:1001(0) ack 102
    +.1    < P.  1001:1501(500) ack 102
    +.02   > .   102:102(0) ack 1501
    +.1    < F.  1501:1501(0) ack 102
    +.02   > .   102:102(0) ack 1502`,
  'abort client': `
    +1     > R.  101:101(0) ack 1001`,
  'simultaneous both': `
    +1     > F.  101:101(0) ack 1001
    +.0    < F.  1001:1001(0) ack 101
    +.03   > .   102:102(0) ack 1002
    +.0    < .   1002:1002(0) ack 102`,
};

function verdictOf(connections: readonly Connection[]): unknown {
  return connections.map((connection) => ({
    kind: connection.close.kind,
    closer: connection.close.closer,
    final: connection.replay.final,
    blamed: runRules(connection)
      .filter(({ tier }) => tier === 'violation' || tier === 'suspect')
      .map(({ rule }) => rule),
  }));
}

/** What is said of ladders without another leg, over each version of IP. */
const ALONE = new Map<string, Promise<unknown>>();

function verdictAlone(text: string, version: 4 | 6): Promise<unknown> {
  const ends = version === 6 ? { client: '[fd00::1]:40000', server: '[fd00::2]:80' } : {};
  const key = `${version}${text}`;
  const known = ALONE.get(key) ?? connectionsOfBytes(ladder(text, ends)).then(verdictOf);
  ALONE.set(key, known);
  return known;
}

async function holds(text: string, device: Device, version: 4 | 6): Promise<void> {
  const alone = await verdictAlone(text, version);
  const both = verdictOf(await connectionsOfBytes(await withOtherLeg(text, device, version)));
  const is = `${version} ${text.includes('S   0') ? 'whole' : 'mid'} ${text.includes('TS val') ? 'stamped' : ''} ${JSON.stringify(device)}`;
  expect(both, is).toEqual(alone);
}

/** Coprime with the numbers of choices of a device, so that every choice is in the sample. */
const EVERY = 7;

const SHIFTS: readonly (readonly [number, number])[] = [
  [0, 1_600_000_000],
  [0, 5_000_000],
  [2_900_000_000, 0],
  [1_000_000_007, 3_000_000_019],
];

describe.each(isThorough ? ([4, 6] as const) : ([4] as const))(
  'both legs of a device that changes numbers, over IPv%i',
  (version) => {
    describe.each(Object.entries(CLOSES))('%s', (_, close) => {
      const whole = `${HANDSHAKE}${BODY}${close}`;
      const cases = (['client', 'server', 'all', 'none'] as const).flatMap((first) =>
        [10_000, 400_000, 5_000_000].flatMap((gap) =>
          (['both', 'client', 'server'] as const).flatMap((sees) => {
            const device = { ...USUAL, first, gap, sees };
            return [
              { text: whole, device },
              { text: STAMPED(whole), device: { ...device, routes: false } },
              { text: `${BODY}${close}`, device },
            ];
          }),
        ),
      );
      it.each(SHIFTS.map(([client, server], from) => [client, server, from] as const))(
        'by %i and %i',
        async (client, server, from) => {
          for (const { text, device } of sampled(cases, EVERY, from))
            await holds(text, { ...device, client, server }, version);
        },
      );
    });
  },
);

describe('both legs of a router that adds little to the numbers', () => {
  it.each(Object.entries(CLOSES))('%s', async (_, close) => {
    for (const first of ['client', 'server', 'all', 'none'] as const) {
      const device = { ...USUAL, server: 100_000, first };
      await holds(`${HANDSHAKE}${BODY}${close}`, device, 4);
      await holds(`${BODY}${close}`, device, 4);
    }
  });
});

describe('both legs of a bridge that changes numbers', () => {
  it.each(Object.entries(CLOSES))('are told by the IP identification: %s', async (_, close) => {
    for (const [client, server] of SHIFTS) {
      for (const sees of ['both', 'client', 'server'] as const) {
        const device = { ...USUAL, client, server, sees, routes: false };
        await holds(`${HANDSHAKE}${BODY}${close}`, device, 4);
        await holds(`${BODY}${close}`, device, 4);
      }
    }
  });
});

describe('what looks like another leg', () => {
  const segments = async (text: string): Promise<readonly number[]> => {
    const connections = await connectionsOfBytes(ladder(text));
    return connections.flatMap(({ flow }) => flow.segments.map(({ frame }) => frame));
  };

  it('is no copy where a forged segment stands far from the numbers', async () => {
    const text = `${HANDSHAKE}${BODY}
      +1     > F.  101:101(0) ack 1001 ipid 50
      +.001  > F.  =90000000:90000000(0) ack 1001 ipid 51
      +.02   < .   1001:1001(0) ack 102`;
    expect(await segments(text)).toContain(9);
  });

  it('is no copy where a tool writes one identification into all packets', async () => {
    const text = `${HANDSHAKE}${BODY}
      +1     > F.  101:101(0) ack 1001 ipid 1
      +.001  > F.  =90000000:90000000(0) ack 1001 ipid 1`;
    expect(await segments(text)).toContain(9);
  });

  it('is no copy where RSTs come at stepped numbers', async () => {
    const text = `${HANDSHAKE}${BODY}
      +1     < R.  1001:1001(0) ack 101 ttl 50 ipid 7
      +.001  < R.  =7000000:7000000(0) ack 101 ttl 51 ipid 7`;
    expect(await segments(text)).toContain(9);
  });

  it('is data where a stack does not count its packets', async () => {
    const text = `${HANDSHAKE}
      +1     < P.  1:1001(1000) ack 1 ipid 9
      +.0001 < P.  1001:2001(1000) ack 1 ipid 9 ttl 63
      +.02   > .   1:1(0) ack 2001
      +1     < F.  2001:2001(0) ack 1 ipid 9`;
    const [only] = await connectionsOfBytes(ladder(text));
    expect(only?.flow).toMatchObject({ duplicates: 0, bytes: { server: 2000 } });
  });
});

describe('a SYN proxy', () => {
  it('answers by itself, and then opens to the server in numbers of its own', async () => {
    const far = 5_000_000 + 1_234_567_890;
    const text = `
      +0     > S   0:0(0) <mss 1460, TS val 10 ecr 0>
      +.0001 < S.  0:0(0) ack 1 win 0 ipid 0 <mss 1460, TS val 70 ecr 10>
      +.0001 > .   1:1(0) ack 1 <TS val 10 ecr 70>
      +.0001 > S   0:0(0) win 63 ipid 0 <mss 1460, TS val 10 ecr 0>
      +.001  < S.  =${far}:${far}(0) ack 1 win 65160 ipid 0 <mss 1460, TS val 900 ecr 10>
      +.0001 > .   1:1(0) ack =${far + 1} win 63 ipid 0 <TS val 10 ecr 900>
      +.0001 < .   1:1(0) ack 1 win 63 ipid 0 <TS val 70 ecr 10>
      +1     > P.  1:101(100) ack 1 ipid 40 <TS val 1010 ecr 70>
      +.0001 > P.  1:101(100) ack =${far + 1} ipid 40 ttl 63 <TS val 1010 ecr 900>
      +.001  < .   =${far + 1}:${far + 1}(0) ack 101 ipid 80 <TS val 1900 ecr 1010>
      +.0001 < .   1:1(0) ack 101 ipid 80 ttl 63 <TS val 1070 ecr 1010>
      +1     < F.  =${far + 1}:${far + 1}(0) ack 101 ipid 81 <TS val 2900 ecr 1010>
      +.0001 < F.  1:1(0) ack 101 ipid 81 ttl 63 <TS val 2070 ecr 1010>
      +.001  > F.  101:101(0) ack 2 ipid 41 <TS val 2010 ecr 2070>
      +.0001 > F.  101:101(0) ack =${far + 2} ipid 41 ttl 63 <TS val 2010 ecr 2900>
      +.001  < .   =${far + 2}:${far + 2}(0) ack 102 ipid 82 <TS val 2902 ecr 2010>
      +.0001 < .   2:2(0) ack 102 ipid 82 ttl 63 <TS val 2072 ecr 2010>`;
    expect(verdictOf(await connectionsOfBytes(ladder(text)))).toEqual([
      { kind: 'three-way', closer: 'server', final: { client: 'CLOSED', server: 'TIME_WAIT' }, blamed: [] },
    ]);
  });
});
