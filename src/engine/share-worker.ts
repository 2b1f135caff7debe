/** What a thread runs: it walks every block, and keeps the connections of its share. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { CaptureReader } from '../capture/capture-reader.ts';
import { Decoder } from '../decode/decoder.ts';
import { SETTLE, type Share } from '../flow/share.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import type { Policy } from '../policy/policy.ts';
import { buildConnection } from '../report/build-connection.ts';
import { reportRegular } from '../report/regular-report.ts';
import { RegularTally } from '../report/regular-tally.ts';
import type { ReportedConnection } from '../report/report.ts';
import { BEGIN, BYTES, END_OF_CAPTURE, type RingMemory, RingWalker } from './block-ring.ts';
import { type CaptureEnd, endCapture } from './capture-end.ts';
import type { RegularHandling } from './collector.ts';
import { type FinalConnection, Numbers, packRegular, REGULAR_WIDTH, type ShareBatch } from './share-batch.ts';
import { Timeline } from './timeline.ts';

export interface ShareWorkerData {
  readonly ring: RingMemory;
  readonly share: Share;
  readonly profile: Profile;
  readonly linger: number;
  readonly policy: Policy | null;
  readonly verifyChecksums: boolean;
  readonly handling: RegularHandling;
  /** Where batches go. */
  readonly port: MessagePort;
}

/** Connections a message: few enough to be passed on while more are judged. */
const BATCH = 256;

/** What a thread tells: what it made final, or why it gave up. */
export type ShareMessage =
  | { readonly kind: 'batch'; readonly batch: ShareBatch; readonly captureEnd: CaptureEnd | null }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What the block that begins a capture holds, as JSON. */
export interface CaptureBegin {
  readonly index: number;
  readonly mayJoin: boolean;
}

const data = workerData as ShareWorkerData;
const { ring, share, profile, linger, policy, verifyChecksums, handling, port } = data;
const walker = new RingWalker(ring, share.index);
const created = new Numbers(256);
const regular = new Numbers(64 * REGULAR_WIDTH);
let connections: FinalConnection[] = [];
const twoMsl = twoMslOf(profile);
const regularTally = new RegularTally(twoMsl);

const timeline: Timeline = new Timeline(
  { profile, linger, ...(policy && { policy }) },
  0,
  {
    connection: (connection, findings, { epoch, capture }) => {
      take(buildConnection(connection, findings, capture, epoch));
    },
    ...(handling === 'listed' && {
      listed: (close, segments, { epoch, capture }) => {
        const tally = regularTally.of(close, epoch);
        take(reportRegular(close, segments, tally, { capture, epoch, twoMsl }));
      },
    }),
    ...(handling === 'counted' && {
      regular: (close, epoch) => {
        const at = regular.reserve(REGULAR_WIDTH);
        packRegular(timeline.moment, epoch, close, regular.all, at);
        if (at >= 4 * BATCH * REGULAR_WIDTH) flush(timeline.moment);
      },
    }),
  },
  {
    share,
    onCreate: (tick) => {
      const at = created.reserve(1);
      created.all[at] = tick;
    },
  },
);

let decoder = new Decoder(timeline, { verifyChecksums });
let reader = new CaptureReader(decoder);
let failed = false;
let over = false;

/** Walks one block; returns what the end of a capture tells. */
function walk(kind: number, bytes: Uint8Array): CaptureEnd | null {
  if (kind === BYTES) {
    reader.push(bytes);
    if (reader.stopped) walker.refuse();
    return null;
  }
  if (kind === BEGIN) {
    const { index, mayJoin } = JSON.parse(new TextDecoder().decode(bytes.slice())) as CaptureBegin;
    decoder = new Decoder(timeline, { verifyChecksums });
    reader = new CaptureReader(decoder);
    timeline.begin(index, mayJoin, reader);
    return null;
  }
  if (kind === END_OF_CAPTURE) return endCapture(reader, decoder, timeline);
  timeline.end();
  over = true;
  return null;
}

function take(reported: ReportedConnection): void {
  connections.push({ ...timeline.moment, reported });
  if (connections.length >= BATCH) flush(timeline.moment);
}

/** Sends what is final so far; `until`: nothing earlier follows. */
function flush({ tick, phase }: ShareBatch['until'], captureEnd: CaptureEnd | null = null): void {
  const batch = { until: { tick, phase }, created: created.take(), connections, regular: regular.take() };
  connections = [];
  post({ kind: 'batch', batch, captureEnd });
}

function post(message: ShareMessage): void {
  walker.send(() => port.postMessage(message));
}

parentPort?.postMessage('ready');
// It never ends by itself but waits until it is terminated: a thread of Node 20 that runs out of work may wait for its
// compiler for ever (NodePlatform::DrainTasks).
for (;;) {
  walker.next((kind, bytes) => {
    if (failed) return;
    try {
      const captureEnd = walk(kind, bytes);
      const { tick } = timeline.moment;
      flush(over ? { tick: Infinity, phase: 0 } : { tick, phase: SETTLE }, captureEnd);
    } catch (error) {
      failed = true;
      post({ kind: 'failed', error });
    }
  });
}
