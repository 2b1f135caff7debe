import { ACK, RST } from '../decode/segment.ts';
import { CAUSES } from './causes.ts';
import { type Context, EFFECTS, type Effect, FLAGS } from './context.ts';
import { evidence } from './evidence.ts';
import { covers } from './fin.ts';
import { has, isBareRst, type LoggedSegment } from './logged-segment.ts';
import { judgeReset } from './reset.ts';
import { within } from './round-trip.ts';
import { before } from './sequence.ts';
import { peerOf, type Side } from './state.ts';
import { findNoSocket, type NoSocket, standingResets, triggerOf } from './trigger.ts';

/** A segment that took effect at its receiver, as far as the wire tells. */
export interface Reception {
  readonly effect: Effect;
  /** Index of the segment that caused it. */
  readonly cause: number;
  /** Index of the segment at which it is labelled: the cause, or a later one of the receiver that shows it had not happened. */
  readonly label: number;
  /** Earliest time at which it can have happened, nanoseconds. */
  readonly after: number;
  /** Time of the receiver's first segment that proves it; null when nothing does. */
  readonly by: number | null;
}

/** How one side stands to what its peer sent. */
export interface SideReading {
  readonly receptions: readonly Reception[];
  /** Indexes of the RSTs of this side that count: nothing of it came after. */
  readonly resets: readonly number[];
  readonly noSocket: NoSocket | null;
}

/**
 * Reads with hindsight which segments of its peer a side received, and when. A segment that was captured is only a
 * cause for its receiver: it may arrive later, or never. The receiver's own segments prove it, or show that it had
 * not happened yet; receives take effect in the order in which they were sent.
 */
export function readSide(context: Context, side: Side): SideReading {
  const resets = standingResets(context, side);
  const noSocket = findNoSocket(context, side, resets);
  const flags = flagsSentTo(context, side);
  let own: readonly number[] | null = null;
  const found: Reception[] = [];
  for (const effect of EFFECTS) {
    if ((flags & FLAGS[effect]) !== FLAGS[effect]) continue;
    const all = CAUSES[effect](context, side);
    if (all.length === 0) continue;
    own ??= ownSegments(context, side);
    const copies = all.filter((index) => isTaken(context, side, effect, index, noSocket));
    const reception = settle({ context, side, own, effect, copies, all });
    if (reception) found.push(reception);
  }
  return { receptions: inOrder(context, found), resets, noSocket };
}

/** The flags of all that the peer of `side` sent, taken together. */
function flagsSentTo({ segments }: Context, side: Side): number {
  let flags = 0;
  for (const segment of segments) if (segment.from !== side) flags |= segment.flags;
  return flags;
}

/** Whether the segment at `index` may have met the side's connection. */
function isTaken(
  { segments }: Context,
  side: Side,
  effect: Effect,
  index: number,
  noSocket: NoSocket | null,
): boolean {
  if (noSocket && index >= noSocket.trigger) return false;
  if (effect !== 'RST' || (segments[index]?.unanswered ?? 0) < 2) return true;
  // An RST behind two or more unanswered probes or retransmissions: the side is not reached, unless it speaks again.
  return segments.some((s, at) => at > index && s.from === side);
}

/** The side's own segments as evidence, stale ones left out: an ACK number never goes back. */
function ownSegments({ segments }: Context, side: Side): number[] {
  const own: number[] = [];
  let ackHigh: number | null = null;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment?.from !== side) continue;
    if (has(segment, ACK) && !has(segment, RST)) {
      if (ackHigh !== null && before(segment.ack, ackHigh)) continue;
      ackHigh = segment.ack;
    }
    own.push(index);
  }
  return own;
}

/** One effect at one side, with the segments that may have had it. */
interface Question {
  readonly context: Context;
  readonly side: Side;
  /** Indexes of the side's own segments. */
  readonly own: readonly number[];
  readonly effect: Effect;
  /** Indexes of the segments that may have had the effect, those left out that met no connection. */
  readonly copies: readonly number[];
  /** The same with those that met no connection. */
  readonly all: readonly number[];
}

/** An answer that may still change: which copy took effect, and when. */
interface Placed {
  cause: number;
  label: number;
  after: number;
}

/** Finds the copy that took effect and the moment at which it did; null where none did. */
function settle(question: Question): Reception | null {
  const { context, side, own, effect, copies } = question;
  const { segments, fins } = context;
  const [first] = copies;
  if (first === undefined) return null;
  // The first segment whose ACK number covers what was captured only later proves it, wherever it stands.
  const ahead = effect === 'FIN' ? coveredAhead(context, side) : null;
  if (ahead !== null) {
    const time = timeOf(segments, ahead);
    return { effect, cause: first, label: ahead, after: time, by: time };
  }
  const sent = effect === 'ACK of FIN' ? (fins[side].inForce?.copies[0] ?? first) : first;
  let placed: Placed = { cause: first, label: Math.max(first, sent), after: timeOf(segments, first) };
  const refused: number[] = [];
  for (const at of own) {
    if (at < placed.cause || (first < sent && at <= sent)) continue;
    const found = evidence(context, side, effect, placed.cause, at);
    if (found === 'proof') return proven(question, placed, at);
    if (found === 'nothing') continue;
    const lastCopy = copies.findLast((copy) => copy < at) ?? placed.cause;
    if (!refused.includes(lastCopy)) refused.push(lastCopy);
    const moved = contradicted(question, placed, at);
    if (moved === null) return null;
    placed = moved;
  }
  // A side that answered in front of two copies took neither, nor is it known to have taken a later one.
  const isRefused = (effect === 'FIN' || effect === 'ACK of SYN') && refused.length > 1;
  if (isRefused) return null;
  const { cause, label, after } = placed;
  return { effect, cause, label, after, by: null };
}

/** The own segment at `at` proves the effect. */
function proven({ context, side, effect, copies }: Question, placed: Placed, at: number): Reception {
  const { segments } = context;
  const answered = effect === 'FIN' ? answeredCopy(context, side, copies, placed.label, at) : null;
  const { cause, label, after } =
    answered === null ? placed : { cause: answered, label: answered, after: timeOf(segments, answered) };
  // What was sent behind the label may have been captured in front of it.
  return { effect, cause, label, after, by: Math.max(after, timeOf(segments, at)) };
}

/** The own segment at `at` shows that it had not happened yet: when it did, or null where it never did. */
function contradicted(question: Question, placed: Placed, at: number): Placed | null {
  const { context, side, effect, copies, all } = question;
  const { segments, fins, roundTrip } = context;
  const next = copies.find((copy) => copy > at);
  if (effect === 'ACK of FIN') {
    // The FIN came again. If the answer to it drew a bare RST, the first ACK had arrived and this was a stray copy.
    const answer = all.find((copy) => copy > at);
    if (answer !== undefined && answeredByReset(context, side, answer)) return placed;
    if (next !== undefined) return { cause: next, label: next, after: timeOf(segments, at) };
  }
  const behind: Placed = { cause: placed.cause, label: at, after: timeOf(segments, at) };
  const lastCopy = copies.findLast((copy) => copy < at) ?? placed.cause;
  const challenged = effect === 'RST' && judgeReset(context, side, lastCopy) === 'in-window';
  // It was under way.
  if (!challenged && timeOf(segments, at) - timeOf(segments, lastCopy) <= within(roundTrip, 2)) return behind;
  if (next !== undefined) return { cause: next, label: next, after: timeOf(segments, next) };
  // The FIN was kept while something in front of it was missing, or had no room: it is acknowledged in the end.
  const coveredAt = effect === 'FIN' ? (fins[peerOf(side)].inForce?.coveredAt ?? null) : null;
  return coveredAt !== null && coveredAt > at ? behind : null;
}

/** The own segment that covers the peer's FIN though it was captured before it; null where none does. */
function coveredAhead({ fins }: Context, side: Side): number | null {
  const { inForce } = fins[peerOf(side)];
  const first = inForce?.copies[0];
  const covered = inForce?.coveredAt ?? null;
  return first !== undefined && covered !== null && covered < first ? covered : null;
}

/**
 * Crossing FINs: a side in FIN_WAIT_1 that gets a FIN enters CLOSING and must acknowledge at once. When it did so only
 * after a later copy, the earlier ones were lost. Returns that copy, or null where the first one stands.
 */
function answeredCopy(
  context: Context,
  side: Side,
  copies: readonly number[],
  label: number,
  proof: number,
): number | null {
  const { segments, fins, roundTrip } = context;
  const ownFin = fins[side].inForce?.copies[0];
  const crossing = ownFin !== undefined && ownFin < proof && ownFin <= label;
  if (!crossing || timeOf(segments, proof) - timeOf(segments, label) <= within(roundTrip, 1)) return null;
  const peersFin = segments[label];
  const { inForce: own, sentEnd } = fins[side];
  if (!peersFin || !own || covers(peersFin, own.end, sentEnd)) return null;
  return copies.findLast((copy) => copy > label && copy < proof) ?? null;
}

function answeredByReset(context: Context, side: Side, index: number): boolean {
  return context.segments.some(
    (s, at) => at > index && s.from === side && isBareRst(s) && triggerOf(context, side, at) === index,
  );
}

/** Receives take effect in the order in which they were sent: pushing one pushes those sent after it. */
function inOrder({ segments }: Context, receptions: Reception[]): Reception[] {
  if (receptions.length < 2) return receptions;
  receptions.sort((a, b) => a.cause - b.cause);
  let label = 0;
  return receptions.map((reception) => {
    if (reception.label >= label) {
      label = reception.label;
      return reception;
    }
    const { effect, cause, after, by } = reception;
    return { effect, cause, label, after: Math.max(after, timeOf(segments, label)), by };
  });
}

function timeOf(segments: readonly LoggedSegment[], index: number): number {
  return segments[index]?.time ?? 0;
}
