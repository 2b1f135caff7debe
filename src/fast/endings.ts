import type { FinalOrder } from '../flow/partition.ts';
import type { CompactSegments } from './compact-segments.ts';
import {
  ENDING_ANSWERED,
  ENDING_BEFORE,
  ENDING_BITS,
  ENDING_BY_SERVER,
  ENDING_CAPTURE,
  ENDING_CLIENT,
  ENDING_CLIENT_PORT,
  ENDING_COVERED,
  ENDING_END,
  ENDING_ID,
  ENDING_IS_IPV6,
  ENDING_KIND_MASK,
  ENDING_KIND_SHIFT,
  ENDING_PHASE_SHIFT,
  ENDING_ROOT,
  ENDING_SEGMENTS,
  ENDING_SERVER,
  ENDING_START,
  ENDING_TICK,
  ENDING_UNTIL,
  ENDING_WORDS,
} from './ending-layout.ts';
import type { RegularClose } from './regular-close.ts';

/** Words of a segment behind an ending: its time, a double; frame, flags and {@link FROM_SERVER}, numbers, length. */
const SEGMENT_WORDS = 8;
const FROM_SERVER = 0x100;

/** Regular endings in memory, one behind the other (`ending-layout.ts`), some with their segments behind them. */
export class Endings {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Words that they fill. */
  length = 0;

  constructor(buffer: ArrayBufferLike) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** The same in memory of their own. */
  copy(): Endings {
    const copy = new Endings(this.words.buffer.slice(0, 4 * this.length));
    copy.length = this.length;
    return copy;
  }

  /** Where the one ends that begins there. */
  behind(at: number): number {
    return at + ENDING_WORDS + SEGMENT_WORDS * (this.words[at + ENDING_SEGMENTS] ?? 0);
  }

  /** Adds an ending without segments. */
  add({ tick, phase, root }: FinalOrder, close: RegularClose): void {
    const { words, doubles, length: at } = this;
    const half = at >> 1;
    doubles[half + ENDING_TICK / 2] = tick;
    doubles[half + ENDING_BEFORE / 2] = close.before;
    doubles[half + ENDING_START / 2] = close.start;
    doubles[half + ENDING_COVERED / 2] = close.covered;
    doubles[half + ENDING_ANSWERED / 2] = close.answered;
    doubles[half + ENDING_END / 2] = close.end;
    doubles[half + ENDING_UNTIL / 2] = close.until;
    words[at + ENDING_ID] = close.id;
    words[at + ENDING_ROOT] = root;
    words[at + ENDING_CLIENT] = close.client0;
    words[at + ENDING_CLIENT + 1] = close.client1;
    words[at + ENDING_CLIENT + 2] = close.client2;
    words[at + ENDING_CLIENT + 3] = close.client3;
    words[at + ENDING_SERVER] = close.server0;
    words[at + ENDING_SERVER + 1] = close.server1;
    words[at + ENDING_SERVER + 2] = close.server2;
    words[at + ENDING_SERVER + 3] = close.server3;
    words[at + ENDING_BITS] =
      close.serverPort |
      (close.kind << ENDING_KIND_SHIFT) |
      (close.byServer ? ENDING_BY_SERVER : 0) |
      (close.ipv6 ? ENDING_IS_IPV6 : 0) |
      (phase << ENDING_PHASE_SHIFT);
    words[at + ENDING_SEGMENTS] = 0;
    words[at + ENDING_CLIENT_PORT] = close.clientPort;
    this.length = at + ENDING_WORDS;
  }

  /** Adds those that stand elsewhere. */
  addAll(doubles: Float64Array): void {
    this.doubles.set(doubles, this.length >> 1);
    this.length += 2 * doubles.length;
  }

  /** Adds its segments to the last one. */
  addSegments(
    { count, frames, times, flags, seqs, acks, lengths, fromServer }: CompactSegments,
    capture: number,
  ): void {
    const { words, doubles } = this;
    const last = this.length - ENDING_WORDS;
    words[last + ENDING_SEGMENTS] = count;
    words[last + ENDING_CAPTURE] = capture;
    let at = this.length;
    for (let index = 0; index < count; index++) {
      doubles[at >> 1] = times[index] ?? 0;
      words[at + 2] = frames[index] ?? 0;
      words[at + 3] = (flags[index] ?? 0) | (fromServer[index] ? FROM_SERVER : 0);
      words[at + 4] = seqs[index] ?? 0;
      words[at + 5] = acks[index] ?? 0;
      words[at + 6] = lengths[index] ?? 0;
      at += SEGMENT_WORDS;
    }
    this.length = at;
  }

  /** Of the moment at which the one became final that begins there. */
  momentAt(at: number, field: keyof FinalOrder): number {
    if (field === 'tick') return this.doubles[(at + ENDING_TICK) >> 1] ?? 0;
    if (field === 'root') return this.words[at + ENDING_ROOT] ?? 0;
    return (this.words[at + ENDING_BITS] ?? 0) >> ENDING_PHASE_SHIFT;
  }

  /** Fills `segments` with those of the one that begins there. Returns the capture; null where there are none. */
  readSegments(at: number, segments: CompactSegments): number | null {
    const { words, doubles } = this;
    const count = words[at + ENDING_SEGMENTS] ?? 0;
    if (count === 0) return null;
    segments.count = count;
    segments.clientPort = words[at + ENDING_CLIENT_PORT] ?? 0;
    let own = at + ENDING_WORDS;
    for (let index = 0; index < count; index++) {
      const flags = words[own + 3] ?? 0;
      segments.times[index] = doubles[own >> 1] ?? 0;
      segments.frames[index] = words[own + 2] ?? 0;
      segments.flags[index] = flags & ~FROM_SERVER;
      segments.fromServer[index] = flags & FROM_SERVER ? 1 : 0;
      segments.seqs[index] = words[own + 4] ?? 0;
      segments.acks[index] = words[own + 5] ?? 0;
      segments.lengths[index] = words[own + 6] ?? 0;
      own += SEGMENT_WORDS;
    }
    return words[at + ENDING_CAPTURE] ?? 0;
  }
}

/** Words that one with so many segments fills. */
export function widthOf(segments: number): number {
  return ENDING_WORDS + SEGMENT_WORDS * segments;
}

/** Fills `close` with the ending that begins there. */
export function readEnding(words: Int32Array, doubles: Float64Array, at: number, close: RegularClose): void {
  const half = at >> 1;
  const bits = words[at + ENDING_BITS] ?? 0;
  close.id = words[at + ENDING_ID] ?? 0;
  close.ipv6 = (bits & ENDING_IS_IPV6) !== 0;
  close.client0 = words[at + ENDING_CLIENT] ?? 0;
  close.client1 = words[at + ENDING_CLIENT + 1] ?? 0;
  close.client2 = words[at + ENDING_CLIENT + 2] ?? 0;
  close.client3 = words[at + ENDING_CLIENT + 3] ?? 0;
  close.server0 = words[at + ENDING_SERVER] ?? 0;
  close.server1 = words[at + ENDING_SERVER + 1] ?? 0;
  close.server2 = words[at + ENDING_SERVER + 2] ?? 0;
  close.server3 = words[at + ENDING_SERVER + 3] ?? 0;
  close.clientPort = words[at + ENDING_CLIENT_PORT] ?? 0;
  close.serverPort = bits & 0xffff;
  close.kind = (bits >> ENDING_KIND_SHIFT) & ENDING_KIND_MASK;
  close.byServer = (bits & ENDING_BY_SERVER) !== 0;
  close.before = doubles[half + ENDING_BEFORE / 2] ?? 0;
  close.start = doubles[half + ENDING_START / 2] ?? 0;
  close.covered = doubles[half + ENDING_COVERED / 2] ?? 0;
  close.answered = doubles[half + ENDING_ANSWERED / 2] ?? 0;
  close.end = doubles[half + ENDING_END / 2] ?? 0;
  close.until = doubles[half + ENDING_UNTIL / 2] ?? 0;
}
