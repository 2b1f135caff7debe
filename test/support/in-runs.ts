import { expect } from 'vitest';
import type { FileSource } from '../../src/capture/byte-source.ts';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import { type Clock, readCapture } from '../../src/capture/read-capture.ts';
import type { CaptureInfo, RecordBatch, RecordSink } from '../../src/capture/record.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { Timeline } from '../../src/engine/timeline.ts';
import { PacketReader } from '../../src/fast/packet-reader.ts';
import { RegularReports } from '../../src/fast/report/regular-report.ts';
import { RegularTally } from '../../src/fast/report/regular-tally.ts';
import { Templates } from '../../src/fast/templates.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import { mustEqual } from './must.ts';

const profile = PROFILES.linux;
const LINGER = 60;
const templates = new Templates(profile, LINGER);

export interface Way {
  /** Records are offered in runs, or only one by one. */
  readonly inRuns: boolean;
  /** Saved: what is open at the end is compared as the memory that it lies in. */
  readonly handling: 'counted' | 'listed' | 'saved';
  readonly partition: { readonly index: number; readonly of: number };
  /** Bytes that the source yields at once; in place: it is a file, which is read to where nothing is copied. */
  readonly chunk: number | 'in place';
  /** The packets of each chunk are read beforehand, as another thread does. */
  readonly prepared: boolean;
}

const KEYS = [4711, 815] as const;

/** All that comes of a capture, as text in its order, and how many of its packets were taken in runs. */
async function toldOf(bytes: Uint8Array, { inRuns, handling, partition, chunk, prepared }: Way) {
  const told: string[] = [];
  const tally = new RegularTally(templates, profile);
  const reports = new RegularReports(templates, profile, LINGER);
  const timeline: Timeline = new Timeline(
    { profile, linger: LINGER },
    0,
    {
      connection: (connection, findings, { epoch, capture }) => {
        const reported = buildConnection(connection, findings, capture, epoch);
        told.push(JSON.stringify([timeline.moment, reported]));
      },
      ...(handling !== 'listed' && {
        regular: (close, epoch) => {
          told.push(JSON.stringify([timeline.moment, tally.of(close, epoch)]));
          return true;
        },
      }),
      ...(handling === 'listed' && {
        listed: (close, segments, { capture, epoch }) => {
          const counted = tally.of(close, epoch);
          const reported = reports.of({ close, segments, tally: counted, capture, epoch });
          told.push(JSON.stringify([timeline.moment, reported]));
          return true;
        },
      }),
    },
    { partition: { ...partition, keys: KEYS }, onCreate: (tick) => told.push(`created ${tick}`) },
  );
  const decoder = new Decoder(timeline);
  let taken = 0;
  const sink: RecordSink = {
    record: (record) => decoder.record(record),
    get block() {
      return decoder.block;
    },
    ...(inRuns && {
      records: (run: RecordBatch) => {
        const { frame } = run;
        decoder.records(run);
        taken += run.frame - frame;
      },
    }),
  };
  const onClock = (clock: Clock): void => timeline.begin(0, false, clock);
  const info =
    inRuns && prepared && chunk !== 'in place'
      ? readPrepared(bytes, chunk, sink, timeline, onClock)
      : await readCapture(chunk === 'in place' ? asFile(bytes) : inChunks(bytes, chunk), sink, { onClock });
  const finished = timeline.finish(info);
  const rest = handling === 'saved' ? timeline.save() : timeline.end();
  const all = { told, rest, finished, info, diagnostics: decoder.diagnostics() };
  return { all, taken };
}

/** As the threads of a shared run do it: one reads the packets of a block, the other one takes them. */
function readPrepared(
  bytes: Uint8Array,
  chunk: number,
  sink: RecordSink,
  timeline: Timeline,
  onClock: (clock: Clock) => void,
): CaptureInfo {
  const packets = PacketReader.of(1, KEYS);
  const [memory] = packets?.blocks ?? [];
  if (!packets || !memory) throw new Error('there is no WebAssembly');
  const beforehand = new CaptureReader(packets);
  const reader = new CaptureReader(sink);
  onClock(reader);
  for (const one of inChunks(bytes, Math.min(chunk, memory.bytes.length))) {
    const block = memory.bytes.subarray(0, one.length);
    block.set(one);
    packets.begin(memory);
    beforehand.push(block);
    timeline.prepare({ block, list: memory.list.slice(0, packets.finish()) });
    reader.push(block);
  }
  return reader.end();
}

function asFile(bytes: Uint8Array): FileSource {
  const read = (block: Uint8Array, at: number): number => {
    const part = bytes.subarray(at, at + block.length);
    block.set(part);
    return part.length;
  };
  const file = { size: bytes.length, head: bytes.subarray(0, 16), read, close() {} };
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

export const WHOLE = { index: 0, of: 1 };

/** Both ways say the same. Returns how many packets were taken in runs. */
export async function compare(bytes: Uint8Array, way: Partial<Way> = {}): Promise<number> {
  const all: Way = {
    inRuns: true,
    handling: 'counted',
    partition: WHOLE,
    chunk: 1 << 20,
    prepared: false,
    ...way,
  };
  const fast = await toldOf(bytes, all);
  const plain = await toldOf(bytes, { ...all, inRuns: false });
  expect(plain.taken).toBe(0);
  mustEqual(fast.all, plain.all);
  return fast.taken;
}
