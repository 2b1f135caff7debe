import { MOST_SEGMENTS } from '../flow/compact-row.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import type { Moment } from '../flow/share.ts';
import type { ReportedConnection } from '../report/report.ts';

/** What a share made final, in order, as far as it has come. Ids are those of the share. */
export interface ShareBatch {
  /** Nothing that follows became final before this. */
  readonly until: Pick<Moment, 'tick' | 'phase'>;
  /** Ticks at which connections got their numbers. */
  readonly created: Float64Array;
  readonly connections: readonly FinalConnection[];
  /** Regular endings, {@link widthOf} numbers each. */
  readonly regular: Float64Array;
}

/** The same on its way: of the numbers, which are in shared memory, how many there are. */
export interface SentBatch extends Omit<ShareBatch, 'regular'> {
  readonly regular: number;
}

export interface FinalConnection extends Moment {
  readonly reported: ReportedConnection;
}

/**
 * Numbers of a regular ending: its moment, its epoch in seconds and nanoseconds, its fields, and how many segments follow; where
 * there are any, which is where they are listed, the capture and the client's port before them.
 */
const EPOCH = 3;
const FIELDS = 5;
const COUNT = 24;
const CAPTURE = 25;
const CLIENT_PORT = 26;
const SEGMENTS = 27;
const SEGMENT_WIDTH = 6;
const FROM_SERVER = 0x100;
/** As many as an ending has at most. */
export const WIDEST: number = SEGMENTS + SEGMENT_WIDTH * MOST_SEGMENTS;
const BILLION = 1_000_000_000n;

/** The epoch that was packed or unpacked last: it is the same for millions. */
const last = { seconds: 0, nanoseconds: 0, epoch: 0n };

/** How many numbers the ending has that begins there. */
export function widthOf(from: Float64Array, at: number): number {
  const count = from[at + COUNT] ?? 0;
  return count === 0 ? CAPTURE : SEGMENTS + SEGMENT_WIDTH * count;
}

/** Packs an ending that is only counted. */
export function packRegular(
  { tick, phase, root }: Moment,
  epoch: bigint,
  close: RegularClose,
  to: Float64Array,
  at: number,
): void {
  to[at] = tick;
  to[at + 1] = phase;
  to[at + 2] = root;
  if (epoch !== last.epoch) {
    last.epoch = epoch;
    last.seconds = Number(epoch / BILLION);
    last.nanoseconds = Number(epoch % BILLION);
  }
  to[at + EPOCH] = last.seconds;
  to[at + EPOCH + 1] = last.nanoseconds;
  const own = at + FIELDS;
  to[own] = close.id;
  to[own + 1] = close.ipv6 ? 1 : 0;
  to[own + 2] = close.client0;
  to[own + 3] = close.client1;
  to[own + 4] = close.client2;
  to[own + 5] = close.client3;
  to[own + 6] = close.server0;
  to[own + 7] = close.server1;
  to[own + 8] = close.server2;
  to[own + 9] = close.server3;
  to[own + 10] = close.serverPort;
  to[own + 11] = close.kind;
  to[own + 12] = close.byServer ? 1 : 0;
  to[own + 13] = close.before;
  to[own + 14] = close.start;
  to[own + 15] = close.covered;
  to[own + 16] = close.answered;
  to[own + 17] = close.end;
  to[own + 18] = close.until;
  to[at + COUNT] = 0;
}

/** Adds what one has that is listed. */
export function packSegments(
  { count, clientPort, frames, times, flags, seqs, acks, lengths, fromServer }: CompactSegments,
  capture: number,
  to: Float64Array,
  at: number,
): void {
  to[at + COUNT] = count;
  to[at + CAPTURE] = capture;
  to[at + CLIENT_PORT] = clientPort;
  let own = at + SEGMENTS;
  for (let index = 0; index < count; index++) {
    to[own] = frames[index] ?? 0;
    to[own + 1] = times[index] ?? 0;
    to[own + 2] = (flags[index] ?? 0) | (fromServer[index] ? FROM_SERVER : 0);
    to[own + 3] = seqs[index] ?? 0;
    to[own + 4] = acks[index] ?? 0;
    to[own + 5] = lengths[index] ?? 0;
    own += SEGMENT_WIDTH;
  }
}

export function unpackRegular(from: Float64Array, at: number, close: RegularClose): void {
  const own = at + FIELDS;
  close.id = from[own] ?? 0;
  close.ipv6 = from[own + 1] === 1;
  close.client0 = from[own + 2] ?? 0;
  close.client1 = from[own + 3] ?? 0;
  close.client2 = from[own + 4] ?? 0;
  close.client3 = from[own + 5] ?? 0;
  close.server0 = from[own + 6] ?? 0;
  close.server1 = from[own + 7] ?? 0;
  close.server2 = from[own + 8] ?? 0;
  close.server3 = from[own + 9] ?? 0;
  close.serverPort = from[own + 10] ?? 0;
  close.kind = from[own + 11] ?? 0;
  close.byServer = from[own + 12] === 1;
  close.before = from[own + 13] ?? 0;
  close.start = from[own + 14] ?? 0;
  close.covered = from[own + 15] ?? 0;
  close.answered = from[own + 16] ?? 0;
  close.end = from[own + 17] ?? 0;
  close.until = from[own + 18] ?? 0;
}

/** Fills `segments`, where there are any. Returns the capture; null where there are none. */
export function unpackSegments(from: Float64Array, at: number, segments: CompactSegments): number | null {
  const count = from[at + COUNT] ?? 0;
  if (count === 0) return null;
  segments.count = count;
  segments.clientPort = from[at + CLIENT_PORT] ?? 0;
  let own = at + SEGMENTS;
  for (let index = 0; index < count; index++) {
    const flags = from[own + 2] ?? 0;
    segments.frames[index] = from[own] ?? 0;
    segments.times[index] = from[own + 1] ?? 0;
    segments.flags[index] = flags & ~FROM_SERVER;
    segments.fromServer[index] = flags & FROM_SERVER ? 1 : 0;
    segments.seqs[index] = from[own + 3] ?? 0;
    segments.acks[index] = from[own + 4] ?? 0;
    segments.lengths[index] = from[own + 5] ?? 0;
    own += SEGMENT_WIDTH;
  }
  return from[at + CAPTURE] ?? 0;
}

/** What the times of a packed ending count from. */
export function epochOf(from: Float64Array, at: number): bigint {
  const seconds = from[at + EPOCH] ?? 0;
  const nanoseconds = from[at + EPOCH + 1] ?? 0;
  if (seconds !== last.seconds || nanoseconds !== last.nanoseconds) {
    last.seconds = seconds;
    last.nanoseconds = nanoseconds;
    last.epoch = BigInt(seconds) * BILLION + BigInt(nanoseconds);
  }
  return last.epoch;
}

/** Numbers that grow as they are appended to. */
export class Numbers {
  private values: Float64Array;
  private used = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
  }

  /** Place for so many more; returns where it begins. */
  reserve(count: number): number {
    if (this.used + count > this.values.length) {
      const grown = new Float64Array(Math.max(2 * this.values.length, this.used + count));
      grown.set(this.values);
      this.values = grown;
    }
    const at = this.used;
    this.used += count;
    return at;
  }

  get all(): Float64Array {
    return this.values;
  }

  /** A copy of what was appended since the last call. */
  take(): Float64Array {
    const taken = this.values.slice(0, this.used);
    this.used = 0;
    return taken;
  }
}
