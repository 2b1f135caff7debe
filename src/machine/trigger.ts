import { ACK, RST, SYN } from '../decode/segment.ts';
import type { Context } from './context.ts';
import { endOf, has, isBareRst, type LoggedSegment } from './logged-segment.ts';
import { answerTime, within } from './round-trip.ts';
import { after, atOrAfter, latest } from './sequence.ts';
import type { Side } from './state.ts';

/** A bare RST that says that its sender had no connection when `trigger` arrived (RFC 9293 3.10.7.1). */
export interface NoSocket {
  readonly rst: number;
  readonly trigger: number;
}

/** RSTs of the side that are not taken back: it may be forged, and is when the side goes on with the connection. */
export function standingResets(context: Context, side: Side): number[] {
  const { segments } = context;
  const resets: number[] = [];
  let ackHigh: number | null = null;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment?.from !== side) continue;
    if (has(segment, RST)) {
      const known = has(segment, ACK) && ackHigh !== null ? latest(ackHigh, segment.ack) : ackHigh;
      if (!goesOn(context, index, segment, known)) resets.push(index);
    } else if (has(segment, ACK)) {
      ackHigh = ackHigh === null ? segment.ack : latest(ackHigh, segment.ack);
    }
  }
  return resets;
}

/**
 * The side goes on with the connection behind its RST at `index`.
 *
 * @param known the highest ACK number that it had sent by then; null where none
 */
function goesOn(
  { segments, roundTrip }: Context,
  index: number,
  reset: LoggedSegment,
  known: number | null,
): boolean {
  for (let at = index + 1; at < segments.length; at++) {
    const later = segments[at];
    if (later?.from !== reset.from || has(later, RST)) continue;
    const isNew = later.length > 0 && after(endOf(later), later.highBefore);
    if (
      has(later, SYN) ||
      (isNew && after(endOf(later), reset.seq)) ||
      (has(later, ACK) && known !== null && after(later.ack, known)) ||
      later.time - reset.time > within(roundTrip, 2)
    )
      return true;
  }
  return false;
}

/** The first of the side's RSTs that answers a segment, with that segment; null where none does. */
export function findNoSocket(context: Context, side: Side, resets: readonly number[]): NoSocket | null {
  for (const rst of resets) {
    const trigger = triggerOf(context, side, rst);
    if (trigger !== null) return { rst, trigger };
  }
  return null;
}

/**
 * Index of the peer's segment that a bare RST answers: it carries the RST's number as its ACK number (RFC 9293 3.5.2
 * group 1), and came no longer before the RST than an answer may take. Where several do, the RSTs answer the newest of
 * them in turn. What the side had acknowledged met a connection, and is not what the RST answers.
 */
export function triggerOf(context: Context, side: Side, rst: number): number | null {
  const { segments } = context;
  const reset = segments[rst];
  if (!reset || !isBareRst(reset)) return null;
  const candidates = answerable(context, side, rst);
  const newest = candidates.at(-1);
  if (newest === undefined) return null;
  if (candidates.length === 1) return newest;
  const alike = segments.filter(
    (s, index) =>
      index > rst &&
      s.from === side &&
      isBareRst(s) &&
      s.seq === reset.seq &&
      answerable(context, side, index).at(-1) === newest,
  );
  return candidates[Math.max(0, candidates.length - 1 - alike.length)] ?? null;
}

/** Indexes of the peer's segments that the bare RST at `rst` may answer. */
function answerable({ segments, roundTrip }: Context, side: Side, rst: number): number[] {
  const reset = segments[rst];
  if (!reset) return [];
  const longest = answerTime(roundTrip);
  const found: number[] = [];
  for (let index = rst - 1; index >= 0; index--) {
    const segment = segments[index];
    if (!segment || reset.time - segment.time > longest) break;
    if (segment.from === side || has(segment, RST)) continue;
    // This one met a connection, and so did everything that the peer sent before it.
    if (isAcknowledged(segments, side, index, rst)) break;
    if (has(segment, ACK) && segment.ack === reset.seq) found.push(index);
  }
  return found.reverse();
}

/** Between the segments at `index` and at `until` the side acknowledged the octets of the first. */
function isAcknowledged(
  segments: readonly LoggedSegment[],
  side: Side,
  index: number,
  until: number,
): boolean {
  const segment = segments[index];
  if (!segment || endOf(segment) === segment.seq) return false;
  for (let at = index + 1; at < until; at++) {
    const s = segments[at];
    if (s?.from === side && has(s, ACK) && !has(s, RST) && atOrAfter(s.ack, endOf(segment))) return true;
  }
  return false;
}
