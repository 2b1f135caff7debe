/** What a thread runs once it is told what: it walks every block, and keeps the connections of its partition. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { CaptureReader } from '../capture/capture-reader.ts';
import { Decoder } from '../decode/decoder.ts';
import { type CoreParts, useParts } from '../fast/compact-core.ts';
import { widthOf } from '../fast/endings.ts';
import { MOST_SEGMENTS, MOST_SLOTS } from '../fast/memory-map.ts';
import { RegularPolicy } from '../fast/regular-policy.ts';
import { Templates } from '../fast/templates.ts';
import type { Partition } from '../flow/partition.ts';
import type { Profile } from '../machine/profile.ts';
import type { Policy } from '../policy/policy.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { ReportedConnection } from '../report/report.ts';
import { type Tally, tallyConnection } from '../report/summary/tally.ts';
import {
  BEGIN,
  BYTES,
  END_OF_CAPTURE,
  ENDING_ROOM,
  type RingBlock,
  type RingMemory,
  RingWalker,
} from './block-ring.ts';
import { type CaptureEnd, endCapture } from './capture-end.ts';
import { type RegularHandling, type Wanted, WantedConnections } from './collector.ts';
import { RegularGate } from './regular-gate.ts';
import { type FinalConnection, GrowingNumbers, type SentBatch, type ShareBatch } from './share-batch.ts';
import { Timeline } from './timeline.ts';

export interface ShareWorkerData {
  readonly ring: RingMemory;
  readonly partition: Partition;
  readonly profile: Profile;
  readonly linger: number;
  readonly policy: Policy | null;
  readonly verifyChecksums: boolean;
  readonly maxMemory: number;
  readonly handling: RegularHandling;
  /** Which connections are reported whole. */
  readonly wanted: Wanted;
  /** What the table's core is to be made of; null where that is up to this thread. */
  readonly core: CoreParts | null;
  /** Where batches go. */
  readonly port: MessagePort;
}

/** Connections a message: few enough to be passed on while more are judged. */
const BATCH = 256;

/** Words of the endings that come at once: one with segments, or several without. */
const MOST_AT_ONCE = Math.max(widthOf(MOST_SEGMENTS), widthOf(0) * MOST_SLOTS);

/** What a thread tells: what it made final, or why it gave up. */
export type ShareMessage =
  | { readonly kind: 'batch'; readonly batch: SentBatch; readonly captureEnd: CaptureEnd | null }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** There may be room for more blocks. */
  | { readonly kind: 'room' };

/** What the block that begins a capture holds, as JSON. */
export interface CaptureBegin {
  readonly index: number;
  readonly mayJoin: boolean;
}

/** Blocks after which it says how far it has come: waking the other thread takes longer than one would think. */
const OFTEN = 64;

const data = await new Promise<ShareWorkerData>((resolve) => parentPort?.once('message', resolve));
const { ring, partition, profile, linger, policy, verifyChecksums, maxMemory, handling, wanted, core, port } =
  data;
if (core !== null) useParts(core);
const walker = new RingWalker(ring, partition.index, () =>
  port.postMessage({ kind: 'room' } satisfies ShareMessage),
);
const created = new GrowingNumbers(256);
/** Regular endings that were not sent yet, and what their times count from. */
let regular = walker.nextEndings();
let regularEpoch = 0n;
let connections: FinalConnection[] = [];
const listed = new WantedConnections(wanted);
const templates = new Templates(profile, linger);
const gate = new RegularGate(policy && new RegularPolicy(policy, templates, profile), listed);

const timeline: Timeline = new Timeline(
  { profile, linger, maxMemory, ...(policy && { policy }) },
  0,
  {
    connection: (connection, findings, { epoch, capture }) => {
      const tally = tallyConnection(connection, findings, epoch);
      const reported = listed.isWanted(tally) ? buildConnection(connection, findings, capture, epoch) : null;
      take(tally, reported, epoch);
    },
    ...(handling === 'listed' && {
      listed: (close, segments, place) => {
        if (gate.leavesListed(close)) return false;
        makeRoom(place.epoch);
        regular.add(timeline.moment, close);
        regular.addSegments(segments, place.capture);
        return true;
      },
    }),
    ...(handling === 'counted' && {
      mayLeave: gate.mayLeave,
      regular: (close, of) => {
        if (gate.leavesCounted(close)) return false;
        makeRoom(of);
        regular.add(timeline.moment, close);
        return true;
      },
      endings: (endings, of) => {
        makeRoom(of);
        regular.addAll(endings);
      },
    }),
  },
  {
    partition,
    ...(partition.of > 1 && {
      onCreate: (tick: number) => {
        const at = created.reserve(1);
        created.all[at] = tick;
      },
    }),
  },
);

const { contexts, reassembly } = timeline;
let decoder = new Decoder(timeline, { verifyChecksums, contexts, reassembly });
let reader = new CaptureReader(decoder);
let failed = false;
let over = false;
let walked = 0;

/** Walks one block; returns what the end of a capture tells. */
function walk({ kind, bytes, list }: RingBlock): CaptureEnd | null {
  if (kind === BYTES) {
    if (list.byteLength > 0) timeline.prepare({ block: bytes, list });
    reader.push(bytes);
    if (reader.stopped) walker.refuse();
    return null;
  }
  if (kind === BEGIN) {
    const { index, mayJoin } = JSON.parse(new TextDecoder().decode(bytes.slice())) as CaptureBegin;
    decoder = new Decoder(timeline, { verifyChecksums, contexts, reassembly });
    reader = new CaptureReader(decoder);
    timeline.begin(index, mayJoin, reader);
    return null;
  }
  if (kind === END_OF_CAPTURE) return endCapture(reader, decoder, timeline);
  timeline.end();
  over = true;
  return null;
}

/** Sends what is final so far, and says that nothing earlier follows. */
function settle(captureEnd: CaptureEnd | null = null): void {
  flush(over ? { tick: Infinity, phase: 0 } : timeline.until, captureEnd);
}

/** Makes room for a regular ending with segments, or for several without, whose times count from `of`. */
function makeRoom(of: bigint): void {
  const isAnother = of !== regularEpoch && regular.length > 0;
  if (isAnother || regular.length + MOST_AT_ONCE > ENDING_ROOM) flush(timeline.moment);
  regularEpoch = of;
}

function take(tally: Tally, reported: ReportedConnection | null, epoch: bigint): void {
  connections.push({ ...timeline.moment, tally, reported, epoch });
  if (connections.length >= BATCH) flush(timeline.moment);
}

/** Sends what is final so far; `until`: nothing earlier follows. */
function flush({ tick, phase }: ShareBatch['until'], captureEnd: CaptureEnd | null = null): void {
  const batch = {
    until: { tick, phase },
    created: created.take(),
    connections,
    regular: regular.length,
    epoch: regularEpoch,
  };
  connections = [];
  post({ kind: 'batch', batch, captureEnd });
  regular = walker.nextEndings();
}

function post(message: ShareMessage): void {
  walker.send(() => port.postMessage(message));
}

// It never ends by itself but waits until it is terminated: a thread of Node 20 that runs out of work may wait for its
// compiler for ever (NodePlatform::DrainTasks).
for (;;) {
  walker.next((block) => {
    if (failed) return;
    try {
      const captureEnd = walk(block);
      if (block.kind !== BYTES || ++walked % OFTEN === 0) settle(captureEnd);
    } catch (error) {
      failed = true;
      post({ kind: 'failed', error });
    }
  });
}
