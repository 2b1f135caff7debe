/**
 * A device that rewrites sequence numbers (SYN proxy, firewall, load balancer) stands in the midst of a capture that sees both
 * of its legs: each segment is there twice, and the numbers of one leg are those of the other one and a constant. Copies of one
 * segment are one, and numbers of two legs are never compared: the connection goes on in the numbers of the leg that it was
 * first seen on from both sides, and what is of the other leg is left out, or translated where only that leg was captured.
 */
import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { distance } from '../machine/sequence.ts';
import { windowAndId } from './marks.ts';
import {
  ACK_HIGH,
  ACK_SEEN,
  AHEAD_END,
  AHEAD_START,
  BITS,
  DATA_SEEN,
  DIRECTION,
  FRONT,
  HAS_TIMESTAMP,
  HIGH,
  HISTORY_LAST,
  IS_TRANSLATED,
  ISN,
  LAST_ACK_NUMBER,
  LAST_ECHO,
  LAST_HIGH_BEFORE,
  LAST_LENGTH,
  LAST_OWN_FRAME,
  LAST_SEQ,
  LAST_TIME,
  LAST_TIMESTAMP,
  LAST_TTL_FLAGS,
  LAST_WINDOW_IPID,
  LEG_SHIFT,
  SEEN,
  SENT,
  SENT_BITS,
  SHOWS_LEG,
  SYN_SEEN,
  TWO_LEGS,
} from './row.ts';
import type { SegmentLog } from './segment-log.ts';
import type { OptionNumbers } from './segment-options.ts';

/** Nanoseconds between the two copies of a segment, at most. */
const SOON = 10e6;
/** Numbers of one leg do not come so far apart from one segment to the next. */
const FAR = 1 << 20;
/** Nor does one segment reach further than this, where something else tells that it is a copy. */
const LONGEST = 1 << 16;

/** Which of the two numbers of a segment belong to the other leg. */
const OTHER_SEQ = 1;
const OTHER_ACK = 2;

/**
 * Translates the numbers of a segment into those of the leg that the row keeps. Returns false if the segment is
 * a copy on the other leg, to be left out.
 */
export function takeLeg(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  log: SegmentLog,
  direction: number,
  segment: Segment,
  options: Pick<OptionNumbers, 'timed' | 'timestamp' | 'echo'>,
): boolean {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const isKnown = ((words[row + BITS] ?? 0) & TWO_LEGS) !== 0;
  let other = 0;
  if (isKnown) {
    turnToLegOf(words, row, log, direction, segment);
    other = translate(words, sent, peer, segment);
  }
  if (learns(words, doubles, row, direction, segment, options, other)) {
    learn(words, row, log, direction, segment, other);
    return false;
  }
  if (!isKnown) return true;
  const bits = words[sent + SENT_BITS] ?? 0;
  if (other !== 0) {
    if (bits & SHOWS_LEG) return false;
    words[sent + SENT_BITS] = bits | IS_TRANSLATED;
    return true;
  }
  const isRst = (segment.flags & RST) !== 0;
  const isTold =
    words[sent + LEG_SHIFT] !== 0 || ((segment.flags & ACK) !== 0 && words[peer + LEG_SHIFT] !== 0);
  const isCopy = (bits & IS_TRANSLATED) !== 0 && isLast(words, doubles, row, direction, segment);
  words[sent + SENT_BITS] = (bits & ~IS_TRANSLATED) | (isTold && !isRst ? SHOWS_LEG : 0);
  return !isCopy;
}

/** Translates the numbers of a segment that are nearer to the marks so. Returns which. */
function translate(words: Int32Array, sent: number, peer: number, segment: Segment): number {
  let other = 0;
  if (isOfOther(words, sent, segment.seq) && !((segment.flags & RST) !== 0 && segment.seq === 0)) {
    segment.seq = (segment.seq + (words[sent + LEG_SHIFT] ?? 0)) | 0;
    other |= OTHER_SEQ;
  }
  if ((segment.flags & ACK) !== 0 && isOfOther(words, peer, segment.ack)) {
    segment.ack = (segment.ack + (words[peer + LEG_SHIFT] ?? 0)) | 0;
    other |= OTHER_ACK;
  }
  return other;
}

/** A number of what a side has sent is nearer to its marks as one of the other leg. */
function isOfOther(words: Int32Array, block: number, number: number): boolean {
  const shift = words[block + LEG_SHIFT] ?? 0;
  if (shift === 0 || ((words[block + SENT_BITS] ?? 0) & SEEN) === 0) return false;
  const high = words[block + HIGH] ?? 0;
  return apart(high, (number + shift) | 0) < apart(high, number);
}

function apart(one: number, other: number): number {
  return Math.abs(distance(one, other));
}

/** The segment is the one before it of its sender on the other leg, and says how far the numbers of the two are apart. */
function learns(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  direction: number,
  segment: Segment,
  { timed, timestamp, echo }: Pick<OptionNumbers, 'timed' | 'timestamp' | 'echo'>,
  other: number,
): boolean {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const { flags } = segment;
  const before = words[sent + LAST_TTL_FLAGS] ?? 0;
  if ((flags & RST) !== 0 || words[sent + LAST_OWN_FRAME] === 0) return false;
  const seqApart = distance(segment.seq, words[sent + LAST_SEQ] ?? 0);
  const ackApart = flags & ACK ? distance(segment.ack, words[sent + LAST_ACK_NUMBER] ?? 0) : 0;
  if (seqApart === 0 && ackApart === 0) return false;
  if (seqApart !== 0 && (words[sent + LEG_SHIFT] !== 0 || (other & OTHER_SEQ) !== 0)) return false;
  if (ackApart !== 0 && (words[peer + LEG_SHIFT] !== 0 || (other & OTHER_ACK) !== 0)) return false;
  if (answersAgain(words, sent, peer, segment) && ackApart === 0) return true;
  if ((before & 0xff) !== flags || words[sent + LAST_LENGTH] !== segment.length) return false;
  if (words[sent + LAST_WINDOW_IPID] !== windowAndId(segment)) return false;
  const gap = segment.time - (doubles[(row + LAST_TIME + 2 * direction) >> 1] ?? 0);
  if (gap < 0 || gap > SOON) return false;
  const areApart = (least: number): boolean =>
    [seqApart, ackApart].every((by) => by === 0 || Math.abs(by) >= least);
  const isRouted = ((before >>> 8) & 0xff) !== segment.ttl;
  // Tools that write packets themselves have 0 or 1 in all of them.
  if (segment.ipId > 1) return areApart(isRouted ? LONGEST : FAR);
  const hasSameTime =
    timed &&
    ((words[sent + SENT_BITS] ?? 0) & HAS_TIMESTAMP) !== 0 &&
    (words[sent + LAST_TIMESTAMP] === timestamp || (echo !== 0 && words[sent + LAST_ECHO] === echo));
  const isOnce =
    (flags & SYN) !== 0 ? (flags & ACK) !== 0 && ackApart === 0 : (flags & FIN) === 0 && segment.length > 0;
  return areApart(FAR) && (isRouted || hasSameTime || isOnce);
}

/**
 * Whether a SYN,ACK has another number than the SYN,ACK before it, though the peer has acknowledged that
 * number: no end opens twice. The segment comes from behind a SYN proxy, which had answered by itself.
 */
function answersAgain(words: Int32Array, sent: number, peer: number, segment: Segment): boolean {
  const own = words[sent + SENT_BITS] ?? 0;
  const theirs = words[peer + SENT_BITS] ?? 0;
  return (
    (segment.flags & (SYN | ACK)) === (SYN | ACK) &&
    (own & (SYN_SEEN | DATA_SEEN)) === SYN_SEEN &&
    (theirs & DATA_SEEN) !== 0 &&
    words[peer + ACK_HIGH] === (((words[sent + ISN] ?? 0) + 1) | 0) &&
    segment.ack === (((words[peer + ISN] ?? 0) + 1) | 0)
  );
}

/** Records how far the legs are apart, and which of the two the row keeps. */
function learn(
  words: Int32Array,
  row: number,
  log: SegmentLog,
  direction: number,
  segment: Segment,
  other: number,
): void {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const seqApart = distance(segment.seq, words[sent + LAST_SEQ] ?? 0);
  const ackApart = segment.flags & ACK ? distance(segment.ack, words[sent + LAST_ACK_NUMBER] ?? 0) : 0;
  const isNewer = other === 0 && isOfKeptLeg(words, sent, peer, segment, seqApart, ackApart);
  words[row + BITS] = (words[row + BITS] ?? 0) | TWO_LEGS;
  if (seqApart !== 0) words[sent + LEG_SHIFT] = seqApart;
  if (ackApart !== 0) words[peer + LEG_SHIFT] = ackApart;
  if (isNewer) {
    turn(words, row, log, direction, seqApart !== 0, ackApart !== 0);
    log.replaceLast(words, row, words[sent + LAST_OWN_FRAME] ?? 0, segment.frame);
    words[sent + LAST_OWN_FRAME] = segment.frame;
  }
  const theirs = words[peer + SENT_BITS] ?? 0;
  words[sent + SENT_BITS] = ((words[sent + SENT_BITS] ?? 0) & ~IS_TRANSLATED) | SHOWS_LEG;
  if (theirs & ACK_SEEN && apart(words[peer + ACK_HIGH] ?? 0, words[sent + HIGH] ?? 0) < FAR) {
    words[peer + SENT_BITS] = theirs | SHOWS_LEG;
  }
}

/** The segment, and not its copy before it, has the numbers of what its peer sent and acknowledged. */
function isOfKeptLeg(
  words: Int32Array,
  sent: number,
  peer: number,
  segment: Segment,
  seqApart: number,
  ackApart: number,
): boolean {
  if ((words[sent + SENT_BITS] ?? 0) & IS_TRANSLATED) return true;
  const theirs = words[peer + SENT_BITS] ?? 0;
  if (ackApart !== 0 && theirs & SEEN) {
    const high = words[peer + HIGH] ?? 0;
    return apart(high, segment.ack) < apart(high, words[sent + LAST_ACK_NUMBER] ?? 0);
  }
  if (seqApart !== 0 && theirs & ACK_SEEN) {
    const high = words[peer + ACK_HIGH] ?? 0;
    return apart(high, segment.seq) < apart(high, words[sent + LAST_SEQ] ?? 0);
  }
  return false;
}

/**
 * Decides by the first segment of a side which leg the row keeps, and translates what the peer has sent, of
 * which copies on both legs were seen.
 */
function turnToLegOf(
  words: Int32Array,
  row: number,
  log: SegmentLog,
  direction: number,
  segment: Segment,
): void {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  if (((words[sent + SENT_BITS] ?? 0) & SEEN) !== 0 || (segment.flags & RST) !== 0) return;
  const shift = words[sent + LEG_SHIFT] ?? 0;
  const acked = words[peer + ACK_HIGH] ?? 0;
  const isOther =
    ((segment.flags & ACK) !== 0 && isOfOther(words, peer, segment.ack)) ||
    (shift !== 0 && apart(acked, (segment.seq + shift) | 0) < apart(acked, segment.seq));
  if (isOther) turn(words, row, log, 1 - direction, words[peer + LEG_SHIFT] !== 0, shift !== 0);
}

/** Puts all that a side has sent into the numbers of the other leg, which is the one that the row keeps from now on. */
function turn(
  words: Int32Array,
  row: number,
  log: SegmentLog,
  direction: number,
  turnsSeq: boolean,
  turnsAck: boolean,
): void {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const bySeq = turnsSeq ? -(words[sent + LEG_SHIFT] ?? 0) | 0 : 0;
  const byAck = turnsAck ? -(words[peer + LEG_SHIFT] ?? 0) | 0 : 0;
  for (const offset of [HIGH, FRONT, ISN, LAST_SEQ, LAST_HIGH_BEFORE, AHEAD_START, AHEAD_END]) {
    words[sent + offset] = (words[sent + offset] ?? 0) + bySeq;
  }
  for (const offset of [HISTORY_LAST, HISTORY_LAST + 1, HISTORY_LAST + 2]) {
    if (words[sent + offset] !== 0) words[sent + offset] = (words[sent + offset] ?? 0) + bySeq;
  }
  for (const offset of [ACK_HIGH, LAST_ACK_NUMBER]) {
    words[sent + offset] = (words[sent + offset] ?? 0) + byAck;
  }
  log.shift(words, row, direction, bySeq, byAck);
  if (turnsSeq) words[sent + LEG_SHIFT] = bySeq;
  if (turnsAck) words[peer + LEG_SHIFT] = byAck;
}

/** It says what its sender's last segment said, and soon after. */
function isLast(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  direction: number,
  segment: Segment,
): boolean {
  const sent = row + SENT + direction * DIRECTION;
  const gap = segment.time - (doubles[(row + LAST_TIME + 2 * direction) >> 1] ?? 0);
  return (
    gap <= SOON &&
    words[sent + LAST_SEQ] === segment.seq &&
    words[sent + LAST_LENGTH] === segment.length &&
    words[sent + LAST_ACK_NUMBER] === segment.ack &&
    ((words[sent + LAST_TTL_FLAGS] ?? 0) & 0xff) === segment.flags
  );
}
