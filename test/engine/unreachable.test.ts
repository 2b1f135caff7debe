import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { decodeState, encodeState, type RunState } from '../../src/engine/run-state.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import { captureOf, type Packet, packetsOf } from '../mutation/packets.ts';
import { connectionsOfBytes, OPEN } from '../support/check-ladder.ts';
import { connectionsOf } from '../support/connections.ts';
import { buildIcmpError, type InsertedError, withErrors } from '../support/icmp.ts';
import { compare } from '../support/in-runs.ts';
import { ladder } from '../support/ladder.ts';
import { must, mustEqual } from '../support/must.ts';
import { buildTcpPacket } from '../support/packets.ts';
import fc from '../support/property.ts';
import { decodeAll } from '../support/read-all.ts';
import { runs } from '../support/thorough.ts';

const CLOSED = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +1     > F.  101:101(0) ack 1
  +.02   < F.  1:1(0) ack 102
  +.02   > .   102:102(0) ack 2`;
const ABORTED = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +1     > R.  101:101(0) ack 1`;
const UNANSWERED = `
  +0     > S   0:0(0)
  +1     > S   0:0(0)
  +2     > S   0:0(0)`;
const LADDERS = [CLOSED, ABORTED, UNANSWERED, OPEN];

async function packets(text: string): Promise<readonly Packet[]> {
  return (await packetsOf(ladder(text))).list;
}

async function errorsOf(bytes: Uint8Array): Promise<object[]> {
  const [connection] = await connectionsOfBytes(bytes);
  return [...(connection?.flow.unreachable ?? [])];
}

describe('an ICMP error about a segment', () => {
  it('is kept with the connection, and is no segment', async () => {
    const list = await packets(UNANSWERED);
    const bytes = withErrors(list, [{ quotes: 1, code: 13 }]);
    const [connection] = await connectionsOfBytes(bytes);
    expect(connection?.flow.unreachable).toMatchObject([
      { frame: 2, time: 1_000_000, version: 4, type: 3, code: 13, quoted: 'client', from: '203.0.113.9' },
    ]);
    expect(connection?.flow.frames).toMatchObject({ first: 1, count: 3 });
  });

  it('is known over IPv6, behind a hop-by-hop header or not', async () => {
    const syn = buildTcpPacket({ src: 'fd00::1', dst: 'fd00::2', flags: 2 });
    const list = [{ time: 0n, bytes: syn, original: syn.length }];
    for (const [type, code] of [
      [1, 0],
      [1, 4],
      [3, 0],
    ] as const) {
      const errors = await errorsOf(withErrors(list, [{ quotes: 1, type, code }]));
      expect(errors).toMatchObject([{ version: 6, type, code, quoted: 'client', from: '2001:db8:f::9' }]);
    }
    expect(await errorsOf(withErrors(list, [{ quotes: 1, type: 2, code: 0 }]))).toEqual([]);
  });

  it('is known on each side', async () => {
    const list = await packets(OPEN);
    expect(await errorsOf(withErrors(list, [{ quotes: 2, behind: 3 }]))).toMatchObject([
      { quoted: 'server' },
    ]);
  });

  it('does not count where it quotes what nobody sent, or before it was sent', async () => {
    const list = await packets(UNANSWERED);
    const [syn] = list;
    if (!syn) throw new Error('there is a SYN');
    const others = [
      buildTcpPacket({ sport: 1, flags: 2 }),
      shifted(syn.bytes, 2),
      shifted(syn.bytes, -1),
      new Uint8Array(60),
    ].map((bytes) => buildIcmpError(bytes));
    const cut = buildIcmpError(syn.bytes, { quote: 27 });
    const early = buildIcmpError(syn.bytes);
    const at = (time: bigint, bytes: Uint8Array): Packet => ({ time, bytes, original: bytes.length });
    const all = [
      at(syn.time - 1n, early),
      ...list,
      ...[...others, cut].map((bytes) => at(syn.time + 5n, bytes)),
    ];
    expect(await errorsOf(captureOf(1, all))).toEqual([]);
  });

  it('is kept four times at most: the first two and the latest', async () => {
    const list = await packets(UNANSWERED);
    const errors = [1, 2, 3, 4, 5, 6, 7].map((delay) => ({ quotes: 1, delay }));
    const times = (await errorsOf(withErrors(list, errors))).map((error) => 'time' in error && error.time);
    expect(times).toEqual([1e6, 2e6, 6e6, 7e6]);
  });
});

/** A frame whose sequence number is another one. */
function shifted(frame: Uint8Array, by: number): Uint8Array {
  const copy = frame.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(38, view.getUint32(38) + by);
  return copy;
}

const ERROR: fc.Arbitrary<InsertedError> = fc.record({
  quotes: fc.integer({ min: 1, max: 8 }),
  behind: fc.integer({ min: 1, max: 8 }),
  code: fc.constantFrom(0, 1, 3, 4, 13),
});

describe('whichever way the packets go', () => {
  it('a connection with ICMP errors is the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...LADDERS),
        fc.array(ERROR, { maxLength: 4 }),
        async (text, errors) => {
          const list = await packets(text);
          const real = errors.filter(({ quotes }) => quotes <= list.length);
          const bytes = withErrors(list, real);
          for (const handling of ['counted', 'listed', 'saved'] as const) await compare(bytes, { handling });
          const { connections } = await connectionsOf(bytes);
          const plain = connections.map(({ connection, findings, epoch }) =>
            buildConnection(connection, findings, 0, epoch),
          );
          mustEqual((await checked(bytes)).connections, plain);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('errors are carried from one run to the next', async () => {
    const list = await packets(UNANSWERED);
    const bytes = withErrors(list, [{ quotes: 1, code: 13 }]);
    const { list: all } = await packetsOf(bytes);
    const states: RunState[] = [];
    await checked(captureOf(1, all.slice(0, 2)), {
      onState: (state) => {
        const read = decodeState(encodeState(state));
        if (read) states.push(read);
      },
    });
    const [resume] = states;
    const last = await checked(captureOf(1, all.slice(2)), resume ? { resume } : {});
    expect(last.connections).toMatchObject([{ cause: { name: 'unreachable', evidence: { code: 13 } } }]);
  });
});

function checked(bytes: Uint8Array, more: Partial<Parameters<typeof check>[1]> = {}) {
  return check([{ path: 'a.pcap', source: fromBytes(bytes) }], {
    profile: PROFILES.linux,
    linger: 60,
    reader: 'lastack',
    connections: 'all',
    toolVersion: '0',
    ...more,
  });
}

it('no change and no cut of an ICMP error makes the decoder throw', async () => {
  const syn = buildTcpPacket({ flags: 2 });
  const syn6 = buildTcpPacket({ src: 'fd00::1', dst: 'fd00::2', flags: 2 });
  const change = fc.tuple(fc.nat(110), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(buildIcmpError(syn), buildIcmpError(syn6, { quote: 80 })),
      fc.array(change, { maxLength: 5 }),
      fc.nat(90),
      async (packet, changes, missing) => {
        const changed = packet.slice(0, Math.max(0, packet.length - missing));
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
        const list = [syn, syn6, changed].map((bytes) => ({ time: 0n, bytes, original: bytes.length }));
        const { segments } = await decodeAll(captureOf(1, list));
        must(segments.length >= 2, `${segments.length} segments are read`);
      },
    ),
    { numRuns: 1500 },
  );
});
