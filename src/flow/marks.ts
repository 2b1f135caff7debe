import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { after, atOrAfter, atOrBefore, before, distance, latest } from '../machine/sequence.ts';
import { SCALE_KNOWN, SCALE_OFFERED, SCALE_SHIFT } from './announced.ts';
import { haveBothSentFin } from './history.ts';
import {
  ACK_HIGH,
  ACK_SEEN,
  AHEAD_END,
  AHEAD_START,
  ANY,
  BYTES_HIGH,
  BYTES_LOW,
  DATA_SEEN,
  DIRECTION,
  FRONT,
  HAS_AHEAD,
  HIGH,
  HISTORY_LAST,
  HOLES,
  ISN,
  LAST_ACK_NUMBER,
  LAST_HIGH_BEFORE,
  LAST_LENGTH,
  LAST_OWN_FRAME,
  LAST_SEQ,
  LAST_TIME,
  LAST_TTL_FLAGS,
  LAST_WINDOW_IPID,
  SEEN,
  SENT,
  SENT_BITS,
  SYN_SEEN,
  UNANSWERED,
  WINDOW_CLOSED,
  ZERO_WINDOW_SINCE,
  ZERO_WINDOW_UNTIL,
} from './row.ts';

const MILLISECOND = 1e6;

/**
 * The same frame captured twice (a mirror port, two devices of `-i any`): the numbers of the sender's last segment,
 * with its IP identification soon after. Without identification (0, or IPv6) only what carries sequence space counts,
 * and only at once: no stack sends that again within a tenth of a millisecond.
 */
export function isDuplicate(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  direction: number,
  segment: Segment,
): boolean {
  const sent = row + SENT + direction * DIRECTION;
  if (
    words[sent + LAST_SEQ] !== segment.seq ||
    words[sent + LAST_LENGTH] !== segment.length ||
    words[sent + LAST_ACK_NUMBER] !== segment.ack ||
    ((words[sent + LAST_TTL_FLAGS] ?? 0) & 0xff) !== segment.flags ||
    words[sent + LAST_WINDOW_IPID] !== windowAndId(segment) ||
    words[sent + LAST_OWN_FRAME] === 0
  ) {
    return false;
  }
  const gap = segment.time - (doubles[(row + LAST_TIME + 2 * direction) >> 1] ?? 0);
  if (segment.ipId > 0) return gap <= 50 * MILLISECOND;
  // Once more behind a router: a sender does not change its TTL from one segment to the next.
  if (((words[sent + LAST_TTL_FLAGS] ?? 0) & 0xffff) !== ((segment.ttl << 8) | segment.flags))
    return gap <= 50 * MILLISECOND;
  const takesSpace = segment.length > 0 || (segment.flags & (SYN | FIN)) !== 0;
  return takesSpace && gap <= 0.1 * MILLISECOND;
}

/**
 * Takes a segment into the marks of its connection: contiguous front, highest end, highest ACK, holes, bytes. This is
 * all that a data segment of an established connection costs. Returns the sender's highest end before it.
 */
export function track(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  direction: number,
  segment: Segment,
): number {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const { flags, seq, length } = segment;
  let bits = words[sent + SENT_BITS] ?? 0;
  const isRst = (flags & RST) !== 0;
  let highBefore = words[sent + HIGH] ?? 0;

  if (!isRst) {
    const isSyn = (flags & SYN) !== 0;
    if (
      (bits & SEEN) === 0 ||
      (isSyn && (bits & (DATA_SEEN | SYN_SEEN)) === SYN_SEEN && words[sent + ISN] !== seq)
    ) {
      // The history tells another SYN from the first by its number.
      if (bits & SYN_SEEN && words[sent + HISTORY_LAST] === 0) {
        words[sent + HISTORY_LAST] = words[sent + ISN] ?? 0;
      }
      words[sent + ISN] = seq;
      words[sent + FRONT] = seq;
      words[sent + HIGH] = seq;
      highBefore = seq;
      bits &= ~HAS_AHEAD;
    }
    bits |= SEEN | (isSyn ? SYN_SEEN : DATA_SEEN);
    const dataEnd = (seq + length + (isSyn ? 1 : 0)) | 0;
    const end = (dataEnd + (flags & FIN ? 1 : 0)) | 0;
    if (end !== seq) {
      if (after(end, highBefore)) words[sent + HIGH] = end;
      else words[sent + UNANSWERED] = (words[sent + UNANSWERED] ?? 0) + 1;
      if (length > 0) countBytes(words, sent, bits, (dataEnd - length) | 0, dataEnd, highBefore);
      bits = moveFront(words, sent, peer, bits, seq, end);
    } else if (before(seq, highBefore) && (bits & DATA_SEEN) !== 0) {
      // A keep-alive or window probe without data (RFC 9293 3.8.4, 3.8.6.1).
      words[sent + UNANSWERED] = (words[sent + UNANSWERED] ?? 0) + 1;
    }
    if (flags & ACK) bits = acknowledge(words, sent, peer, bits, segment.ack);
    if ((segment.window === 0) !== ((bits & WINDOW_CLOSED) !== 0)) {
      bits = turnWindow(doubles, row, direction, bits, segment);
    }
  }
  words[sent + SENT_BITS] = bits | ANY;
  words[peer + UNANSWERED] = 0;

  words[sent + LAST_OWN_FRAME] = segment.frame;
  words[sent + LAST_SEQ] = seq;
  words[sent + LAST_ACK_NUMBER] = segment.ack;
  words[sent + LAST_LENGTH] = length;
  words[sent + LAST_HIGH_BEFORE] = highBefore;
  words[sent + LAST_WINDOW_IPID] = windowAndId(segment);
  // An RST offers no window.
  const largest = (words[sent + LAST_TTL_FLAGS] ?? 0) >>> 16;
  const window = isRst || segment.window < largest ? largest : segment.window;
  words[sent + LAST_TTL_FLAGS] = (window << 16) | (segment.ttl << 8) | flags;
  doubles[(row + LAST_TIME + 2 * direction) >> 1] = segment.time;
  return highBefore;
}

/** The window closes, or opens again: the last stretch of zero windows begins or ends here. */
function turnWindow(
  doubles: Float64Array,
  row: number,
  direction: number,
  bits: number,
  segment: Segment,
): number {
  const stretch = row + SENT + DIRECTION * direction;
  if (segment.window === 0) {
    doubles[(stretch + ZERO_WINDOW_SINCE) >> 1] = segment.time;
    doubles[(stretch + ZERO_WINDOW_UNTIL) >> 1] = 0;
    return bits | WINDOW_CLOSED;
  }
  doubles[(stretch + ZERO_WINDOW_UNTIL) >> 1] = segment.time;
  return bits & ~WINDOW_CLOSED;
}

export function windowAndId(segment: Segment): number {
  return (segment.window << 16) | (segment.ipId & 0xffff);
}

/**
 * The window scale that holds for what a side sends: 0 where a SYN of either side carries none, since both have to
 * (RFC 7323 2.2); -1 where its own SYN was not captured.
 */
export function scaleOf(words: Int32Array, sent: number, peer: number): number {
  const own = words[sent + SENT_BITS] ?? 0;
  const other = words[peer + SENT_BITS] ?? 0;
  if (offersNone(own) || offersNone(other)) return 0;
  return own & SCALE_KNOWN ? (own >>> SCALE_SHIFT) & 0xff : -1;
}

function offersNone(bits: number): boolean {
  return (bits & (SCALE_KNOWN | SCALE_OFFERED)) === SCALE_KNOWN;
}

function moveFront(
  words: Int32Array,
  sent: number,
  peer: number,
  bits: number,
  seq: number,
  end: number,
): number {
  const front = words[sent + FRONT] ?? 0;
  if (atOrBefore(seq, front)) {
    let reached = latest(front, end);
    if ((bits & HAS_AHEAD) !== 0 && atOrAfter(reached, words[sent + AHEAD_START] ?? 0)) {
      reached = latest(reached, words[sent + AHEAD_END] ?? 0);
      words[sent + FRONT] = reached;
      return bits & ~HAS_AHEAD;
    }
    words[sent + FRONT] = reached;
    return bits;
  }
  const peerBits = words[peer + SENT_BITS] ?? 0;
  if ((peerBits & ACK_SEEN) !== 0 && atOrAfter(words[peer + ACK_HIGH] ?? 0, seq)) {
    // The peer has acknowledged what is missing: it was there, and the capture does not have it.
    words[sent + HOLES] = (words[sent + HOLES] ?? 0) + 1;
    words[sent + FRONT] = end;
    if ((bits & HAS_AHEAD) !== 0 && atOrAfter(end, words[sent + AHEAD_START] ?? 0)) {
      words[sent + FRONT] = latest(end, words[sent + AHEAD_END] ?? 0);
      return bits & ~HAS_AHEAD;
    }
    return bits;
  }
  // Far outside of any window the peer has offered: stale or forged, no sign of missing data.
  const scale = scaleOf(words, peer, sent);
  const window = ((words[peer + LAST_TTL_FLAGS] ?? 0) >>> 16) * 2 ** (scale < 0 ? 14 : scale);
  if (distance(front, seq) > Math.max(window, 65_535)) return bits;
  if ((bits & HAS_AHEAD) !== 0) {
    const start = words[sent + AHEAD_START] ?? 0;
    words[sent + AHEAD_START] = before(seq, start) ? seq : start;
    words[sent + AHEAD_END] = latest(words[sent + AHEAD_END] ?? 0, end);
    return bits;
  }
  words[sent + AHEAD_START] = seq;
  words[sent + AHEAD_END] = end;
  return bits | HAS_AHEAD;
}

function acknowledge(words: Int32Array, sent: number, peer: number, bits: number, ack: number): number {
  if ((bits & ACK_SEEN) === 0 || after(ack, words[sent + ACK_HIGH] ?? 0)) words[sent + ACK_HIGH] = ack;
  const peerBits = words[peer + SENT_BITS] ?? 0;
  if ((peerBits & HAS_AHEAD) !== 0 && atOrAfter(ack, words[peer + AHEAD_START] ?? 0)) {
    words[peer + HOLES] = (words[peer + HOLES] ?? 0) + 1;
    words[peer + FRONT] = words[peer + AHEAD_END] ?? 0;
    words[peer + SENT_BITS] = peerBits & ~HAS_AHEAD;
  }
  return bits | ACK_SEEN;
}

/** Adds the octets of `start … end` that were not captured before: beyond the highest end, or within a gap. */
function countBytes(
  words: Int32Array,
  sent: number,
  bits: number,
  start: number,
  end: number,
  highBefore: number,
): void {
  let fresh = Math.max(0, distance(latest(start, highBefore), end));
  if ((bits & HAS_AHEAD) !== 0) {
    const gapEnd = words[sent + AHEAD_START] ?? 0;
    const to = before(end, gapEnd) ? end : gapEnd;
    fresh += Math.max(0, distance(latest(start, words[sent + FRONT] ?? 0), to));
  }
  if (fresh === 0) return;
  const low = ((words[sent + BYTES_LOW] ?? 0) >>> 0) + fresh;
  words[sent + BYTES_LOW] = low | 0;
  if (low > 0xffff_ffff) words[sent + BYTES_HIGH] = (words[sent + BYTES_HIGH] ?? 0) + 1;
}

/** The number is one that an end has used, as far as the capture shows. */
export function hasSent(words: Int32Array, row: number, direction: number, seq: number): boolean {
  const sent = row + SENT + direction * DIRECTION;
  const bits = words[sent + SENT_BITS] ?? 0;
  if ((bits & SEEN) === 0 || after(seq, words[sent + HIGH] ?? 0)) return false;
  return (bits & SYN_SEEN) === 0 || atOrAfter(seq, words[sent + ISN] ?? 0);
}

/** Both ends have sent FIN and acknowledged everything. */
export function mayBeOver(words: Int32Array, row: number): boolean {
  const a = row + SENT;
  const b = a + DIRECTION;
  return (
    words[a + ACK_HIGH] === words[b + HIGH] &&
    words[b + ACK_HIGH] === words[a + HIGH] &&
    haveBothSentFin(words, row)
  );
}
