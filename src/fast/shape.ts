/**
 * The shape of a regular connection: all that the plain path's answer depends on, but for numbers that it copies. For each segment:
 * who sent it, its flags, payload or none, which of the peer's segments it acknowledges, and whether it came at the same time as
 * the one before it; and whether 2MSL have passed behind the last one.
 */
import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { after, atOrBefore } from '../machine/sequence.ts';
import type { CompactSegments } from './compact-segments.ts';
import { MOST_SEGMENTS } from './memory-map.ts';

/** A shape as text, one character a segment; equal where the answers are. */
export type Shape = string;

/** Bits of a segment's character. */
const FROM_SERVER = 1;
const IS_FIN = 2;
const IS_SYN = 4;
const IS_RST = 8;
const IS_ACK = 16;
const HAS_PAYLOAD = 32;
const SAME_TIME = 64;
/** Twice the number of the peer's segments that are acknowledged to their end, and 1 more where part of the next one is. */
const ACKED_SHIFT = 7;
/** The last character of a shape behind which 2MSL have passed. */
const TIMED_OUT = '\uffff';

/** One segment of a shape. */
export interface ShapeSegment {
  readonly fromServer: boolean;
  readonly flags: number;
  readonly hasPayload: boolean;
  readonly isSameTime: boolean;
  /** How many of the peer's segments it acknowledges to their end, and whether part of the next one. */
  readonly acked: number;
  readonly isPartial: boolean;
}

/** Of each side: how many segments were looked at, where each begins and ends, and how many are acknowledged to their end. */
const starts = [new Int32Array(MOST_SEGMENTS), new Int32Array(MOST_SEGMENTS)] as const;
const ends = [new Int32Array(MOST_SEGMENTS), new Int32Array(MOST_SEGMENTS)] as const;
const sent = new Int32Array(2);
const acked = new Int32Array(2);

export function shapeOf(segments: CompactSegments, isTimedOut: boolean): Shape {
  const { count, times, flags, seqs, acks, lengths, fromServer } = segments;
  sent.fill(0);
  acked.fill(0);
  let shape = '';
  for (let index = 0; index < count; index++) {
    const from = fromServer[index] === 1 ? 1 : 0;
    const seq = seqs[index] ?? 0;
    const length = lengths[index] ?? 0;
    const bits = flags[index] ?? 0;
    let code = from === 1 ? FROM_SERVER : 0;
    if (bits & FIN) code |= IS_FIN;
    if (bits & SYN) code |= IS_SYN;
    if (bits & RST) code |= IS_RST;
    if (bits & ACK) code |= IS_ACK | (ackedBy(1 - from, acks[index] ?? 0) << ACKED_SHIFT);
    if (length > 0) code |= HAS_PAYLOAD;
    if (index > 0 && times[index] === times[index - 1]) code |= SAME_TIME;
    shape += String.fromCharCode(code);
    const at = sent[from] ?? 0;
    (from === 1 ? starts[1] : starts[0])[at] = seq;
    (from === 1 ? ends[1] : ends[0])[at] = seq + length + (bits & (SYN | FIN) ? 1 : 0);
    sent[from] = at + 1;
  }
  return isTimedOut ? shape + TIMED_OUT : shape;
}

/** What an ACK number acknowledges of a side, as the character has it: numbers only grow. */
function ackedBy(side: number, ack: number): number {
  const [start, end] = side === 1 ? [starts[1], ends[1]] : [starts[0], ends[0]];
  const last = sent[side] ?? 0;
  let at = acked[side] ?? 0;
  while (at < last && atOrBefore(end[at] ?? 0, ack)) at++;
  acked[side] = at;
  return 2 * at + (at < last && after(ack, start[at] ?? 0) ? 1 : 0);
}

/** Writes a shape down whose segments acknowledge all that had come, and are apart in time. */
export function shapeFrom(
  segments: readonly Omit<ShapeSegment, 'acked' | 'isPartial' | 'isSameTime'>[],
): Shape {
  const count = [0, 0];
  return segments
    .map(({ fromServer, flags, hasPayload }) => {
      const from = fromServer ? 1 : 0;
      let code = from | (flags & FIN ? IS_FIN : 0) | (flags & SYN ? IS_SYN : 0) | (flags & RST ? IS_RST : 0);
      if (flags & ACK) code |= IS_ACK | ((2 * (count[1 - from] ?? 0)) << ACKED_SHIFT);
      if (hasPayload) code |= HAS_PAYLOAD;
      count[from] = (count[from] ?? 0) + 1;
      return String.fromCharCode(code);
    })
    .join('');
}

export function isTimedOut(shape: Shape): boolean {
  return shape.endsWith(TIMED_OUT);
}

export function segmentsOf(shape: Shape): ShapeSegment[] {
  const codes = [...(isTimedOut(shape) ? shape.slice(0, -1) : shape)].map((char) => char.charCodeAt(0));
  return codes.map((code) => ({
    fromServer: (code & FROM_SERVER) !== 0,
    flags:
      (code & IS_FIN ? FIN : 0) |
      (code & IS_SYN ? SYN : 0) |
      (code & IS_RST ? RST : 0) |
      (code & IS_ACK ? ACK : 0),
    hasPayload: (code & HAS_PAYLOAD) !== 0,
    isSameTime: (code & SAME_TIME) !== 0,
    acked: code >> (ACKED_SHIFT + 1),
    isPartial: ((code >> ACKED_SHIFT) & 1) === 1,
  }));
}
