import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../src/capture/byte-source.ts';
import { readCapture } from '../../src/capture/read-capture.ts';
import type { RecordRun, RecordSink } from '../../src/capture/record.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { Timeline } from '../../src/engine/timeline.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import { reportRegular } from '../../src/report/regular-report.ts';
import { RegularTally } from '../../src/report/regular-tally.ts';
import { conversation, STEP } from '../support/conversation.ts';
import { ladder } from '../support/ladder.ts';
import fc from '../support/property.ts';
import { recordedCaptures } from '../support/recorded.ts';

const profile = PROFILES.linux;
const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const own = Object.keys(JSON.parse(readFileSync(`${CAPTURES}expected.json`, 'utf8')) as object);

interface Way {
  /** Records are offered in runs, or only one by one. */
  readonly inRuns: boolean;
  /** Saved: what is open at the end is compared as the memory that it lies in. */
  readonly handling: 'counted' | 'listed' | 'saved';
  readonly share: { readonly index: number; readonly of: number };
  /** Bytes that the source yields at once; in place: it is a file, which is read to where nothing is copied. */
  readonly chunk: number | 'in place';
}

/** All that comes of a capture, as text in its order, and how many of its packets were taken in runs. */
async function toldOf(bytes: Uint8Array, { inRuns, handling, share, chunk }: Way) {
  const told: string[] = [];
  const twoMsl = 2 * profile.msl * 1e9;
  const tally = new RegularTally(twoMsl);
  const timeline: Timeline = new Timeline(
    { profile, linger: 60 },
    0,
    {
      connection: (connection, findings, { epoch, capture }) => {
        const reported = buildConnection(connection, findings, capture, epoch);
        told.push(JSON.stringify([timeline.moment, reported]));
      },
      ...(handling !== 'listed' && {
        regular: (close, epoch) => told.push(JSON.stringify([timeline.moment, tally.of(close, epoch)])),
      }),
      ...(handling === 'listed' && {
        listed: (close, segments, { capture, epoch }) => {
          const place = { capture, epoch, twoMsl };
          const reported = reportRegular(close, segments, tally.of(close, epoch), place);
          told.push(JSON.stringify([timeline.moment, reported]));
        },
      }),
    },
    { share: { ...share, keys: [4711, 815] }, onCreate: (tick) => told.push(`created ${tick}`) },
  );
  const decoder = new Decoder(timeline);
  let taken = 0;
  const sink: RecordSink = {
    record: (record) => decoder.record(record),
    get block() {
      return decoder.block;
    },
    ...(inRuns && {
      records: (run: RecordRun) => {
        const { frame } = run;
        decoder.records(run);
        taken += run.frame - frame;
      },
    }),
  };
  const source = chunk === 'in place' ? asFile(bytes) : inChunks(bytes, chunk);
  const info = await readCapture(source, sink, {
    onClock: (clock) => timeline.begin(0, false, clock),
  });
  const finished = timeline.finish(info);
  const rest = handling === 'saved' ? timeline.save() : timeline.end();
  const all = { told, rest, finished, info, diagnostics: decoder.diagnostics() };
  return { all, taken };
}

function asFile(bytes: Uint8Array): FileSource {
  const read = (block: Uint8Array, at: number): number => {
    const part = bytes.subarray(at, at + block.length);
    block.set(part);
    return part.length;
  };
  const file = { descriptor: -1, size: bytes.length, head: bytes.subarray(0, 16), read, close() {} };
  return {
    open: () => file,
    async *[Symbol.asyncIterator]() {},
  };
}

function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  // Every one at the same place, as a source that reads into one block yields them.
  const block = new Uint8Array(Math.min(size, bytes.length));
  for (let from = 0; from < bytes.length; from += size) {
    const chunk = bytes.subarray(from, from + size);
    block.set(chunk);
    yield block.subarray(0, chunk.length);
  }
}

const WHOLE = { index: 0, of: 1 };

/** Both ways say the same. Returns how many packets were taken in runs. */
async function compare(bytes: Uint8Array, way: Partial<Way> = {}): Promise<number> {
  const all: Way = { inRuns: true, handling: 'counted', share: WHOLE, chunk: 1 << 20, ...way };
  const fast = await toldOf(bytes, all);
  const plain = await toldOf(bytes, { ...all, inRuns: false });
  expect(plain.taken).toBe(0);
  expect(fast.all).toEqual(plain.all);
  return fast.taken;
}

const ADDRESSES = [
  ['10.0.0.1', '10.0.0.2'],
  ['10.0.0.200', '10.0.0.2'],
  ['fd00::7', 'fd00::2'],
  ['fd00::1', 'fd00::2'],
] as const;

const CONVERSATIONS = fc.array(
  fc.record({
    steps: fc.array(STEP, { maxLength: 8 }),
    polite: fc.constantFrom(true, true, true, false),
    ends: fc.constantFrom(...ADDRESSES),
    port: fc.constantFrom(40_000, 40_001, 40_002, 60_000, 79),
    start: fc.constantFrom(0, 0.004, 0.5, 20, 260),
    options: fc.constantFrom('none', 'usual', 'usual', 'unusual', 'not announced'),
  }),
  { minLength: 1, maxLength: 7 },
);

/** What is wrong with one packet: a byte of it, its length, its time, or its place. */
const CHANGE = fc.record({
  kind: fc.constantFrom('byte', 'byte', 'byte', 'cut', 'back', 'jump', 'again', 'lost'),
  which: fc.nat(),
  at: fc.nat({ max: 90 }),
  value: fc.oneof(fc.constantFrom(0, 1, 2, 5, 6, 8, 10, 0x45, 0x50, 0xa0), fc.nat({ max: 255 })),
});
type Change = typeof CHANGE extends fc.Arbitrary<infer T> ? T : never;

interface Packet {
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

type Conversations = typeof CONVERSATIONS extends fc.Arbitrary<infer T> ? T : never;

/** TCP options of a SYN, and of what follows. */
const OPTIONS: Readonly<Record<Conversations[number]['options'], readonly [string, string]>> = {
  none: ['', ''],
  usual: ['<mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 7>', '<nop, nop, TS val 100 ecr 90>'],
  unusual: ['<TS val 100 ecr 0, mptcp 0>', '<TS val 100 ecr 90, nop, nop>'],
  'not announced': ['<mss 1460, wscale 15>', '<nop, nop, TS val 100 ecr 90>'],
};

/** The packets of several conversations in the order of their times. */
async function packetsOf(conversations: Conversations): Promise<Packet[]> {
  const packets: Packet[] = [];
  for (const { steps, polite, ends, port, start, options } of conversations) {
    const [ofSyn, ofOthers] = OPTIONS[options];
    const text = conversation(steps, polite).replaceAll(
      /^\+\S+ [<>] (\S+) .*$/gm,
      (line, flags: string) => `${line} ${flags.startsWith('S') ? ofSyn : ofOthers}`,
    );
    const [client, server] = ends.map((end) => (end.includes(':') ? `[${end}]` : end));
    const capture = ladder(text, {
      client: `${client}:${port}`,
      server: `${server}:80`,
      epoch: 1_750_000_000,
    });
    const sink: RecordSink = {
      record: ({ time, bytes, offset, captured }) => {
        const at = 1_750_000_000_000_000_000n + BigInt(Math.round(start * 1e9) + time);
        packets.push({ time: at, bytes: bytes.slice(offset, offset + captured) });
      },
    };
    await readCapture([capture], sink);
  }
  return packets.sort((a, b) => Number(a.time - b.time));
}

function change(packets: Packet[], { kind, which, at, value }: Change): void {
  const index = which % packets.length;
  const packet = packets[index];
  if (!packet) return;
  if (kind === 'byte') {
    const bytes = packet.bytes.slice();
    bytes[at % bytes.length] = value;
    packets[index] = { ...packet, bytes };
  } else if (kind === 'cut') packets[index] = { ...packet, bytes: packet.bytes.subarray(0, at) };
  else if (kind === 'back') packets[index] = { ...packet, time: packet.time - BigInt(value) * 1_000_000n };
  else if (kind === 'jump')
    packets[index] = { ...packet, time: packet.time + BigInt(value) * 1_000_000_000n };
  else if (kind === 'again') packets.splice(index + 1 + (at % 3), 0, packet);
  else packets.splice(index, 1);
}

function captureOf(packets: readonly Packet[], resolution: 'us' | 'ns', littleEndian: boolean): Uint8Array {
  const writer = new PcapWriter({ resolution, littleEndian });
  for (const { time, bytes } of packets) writer.write({ time, bytes });
  return writer.bytes();
}

describe('packets taken in runs', () => {
  it.each(['counted', 'listed', 'saved'] as const)(
    'come to the same as one by one, %s: own captures',
    async (handling) => {
      let taken = 0;
      for (const name of own) {
        const bytes = readFileSync(CAPTURES + name);
        taken += await compare(bytes, { handling });
        await compare(bytes, { handling, chunk: 777 });
        await compare(bytes, { handling, chunk: 'in place' });
      }
      expect(taken).toBeGreaterThan(1000);
    },
  );

  it('come to the same as one by one: recordings and public captures', async () => {
    for (const folder of ['truth', 'corpus'] as const) {
      for (const { path } of recordedCaptures(folder)) {
        await compare(readFileSync(path));
        await compare(readFileSync(path), { chunk: 'in place' });
      }
    }
  }, 120_000);

  it('come to the same as one by one, whatever is wrong with some of them', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        CONVERSATIONS,
        fc.array(CHANGE, { maxLength: 4 }),
        fc.record({
          handling: fc.constantFrom('counted', 'listed', 'saved'),
          share: fc.constantFrom(WHOLE, WHOLE, { index: 0, of: 2 }, { index: 1, of: 2 }),
          chunk: fc.constantFrom<Way['chunk']>(1 << 20, 1000, 100, 33, 'in place', 'in place'),
        }),
        fc.constantFrom<'us' | 'ns'>('us', 'ns'),
        fc.constantFrom(true, true, true, false),
        async (conversations, changes, way, resolution, littleEndian) => {
          const packets = await packetsOf(conversations);
          for (const one of changes) change(packets, one);
          taken += await compare(captureOf(packets, resolution, littleEndian), way);
        },
      ),
      { numRuns: 1200 },
    );
    expect(taken).toBeGreaterThan(3000);
  }, 120_000);
});
