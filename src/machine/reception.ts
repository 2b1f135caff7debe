import { ACK, RST, SYN } from '../decode/segment.ts';
import { covers, type FinReading } from './fin.ts';
import { endOf, has, isBareRst, type LoggedSegment } from './logged-segment.ts';
import { initialOf, judgeReset } from './reset.ts';
import { within } from './round-trip.ts';
import { after, atOrAfter, before, latest } from './sequence.ts';
import { peerOf, type Side } from './state.ts';

/** What a segment can do to the side that receives it. */
export type Effect = 'SYN' | 'SYN,ACK' | 'ACK of SYN' | 'ACK of FIN' | 'FIN' | 'RST';

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

/** A bare RST that says that its sender had no connection when `trigger` arrived (DESIGN section 2). */
export interface NoSocket {
  readonly rst: number;
  readonly trigger: number;
}

/** What both sides' reading of a connection needs to know of it. */
export interface Context {
  readonly segments: readonly LoggedSegment[];
  readonly fins: Readonly<Record<Side, FinReading>>;
  readonly roundTrip: number | null;
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
  const own = ownSegments(context, side);
  const resets = standingResets(context, side);
  const noSocket = findNoSocket(context, side, resets);
  const found: Reception[] = [];
  for (const effect of ['SYN', 'SYN,ACK', 'ACK of SYN', 'ACK of FIN', 'FIN', 'RST'] as const) {
    const all = CAUSES[effect](context, side);
    const copies = all.filter((index) => !noSocket || index < noSocket.trigger);
    const reception = settle(context, side, own, effect, copies, all);
    if (reception) found.push(reception);
  }
  return { receptions: inOrder(context, found), resets, noSocket };
}

/** The side's own segments as evidence, stale ones left out: an ACK number never goes back. */
function ownSegments({ segments }: Context, side: Side): number[] {
  const own: number[] = [];
  let ackHigh: number | null = null;
  segments.forEach((segment, index) => {
    if (segment.from !== side) return;
    if (has(segment, ACK) && !has(segment, RST)) {
      if (ackHigh !== null && before(segment.ack, ackHigh)) return;
      ackHigh = segment.ack;
    }
    own.push(index);
  });
  return own;
}

/** RSTs of the side that are not taken back: it may be forged, and is when the side goes on (DESIGN section 2). */
function standingResets({ segments, roundTrip }: Context, side: Side): number[] {
  const resets: number[] = [];
  let ackHigh: number | null = null;
  segments.forEach((segment, index) => {
    if (segment.from !== side) return;
    if (has(segment, RST)) {
      const known = has(segment, ACK) && ackHigh !== null ? latest(ackHigh, segment.ack) : ackHigh;
      const goesOn = segments.some(
        (later, at) =>
          at > index &&
          later.from === side &&
          !has(later, RST) &&
          (has(later, SYN) ||
            (later.length > 0 && after(endOf(later), later.highBefore) && after(endOf(later), segment.seq)) ||
            (has(later, ACK) && known !== null && after(later.ack, known)) ||
            later.time - segment.time > within(roundTrip, 2)),
      );
      if (!goesOn) resets.push(index);
    } else if (has(segment, ACK)) {
      ackHigh = ackHigh === null ? segment.ack : latest(ackHigh, segment.ack);
    }
  });
  return resets;
}

function findNoSocket(context: Context, side: Side, resets: readonly number[]): NoSocket | null {
  for (const rst of resets) {
    const trigger = triggerOf(context, side, rst);
    if (trigger !== null) return { rst, trigger };
  }
  return null;
}

/**
 * The peer's newest segment that a bare RST answers: it carries the RST's number as its ACK number, and came within
 * about one round trip (RFC 9293 3.5.2 group 1).
 */
export function triggerOf({ segments, roundTrip }: Context, side: Side, rst: number): number | null {
  const reset = segments[rst];
  if (!reset || !isBareRst(reset)) return null;
  const trigger = segments.findLastIndex(
    (segment, index) =>
      index < rst &&
      segment.from !== side &&
      has(segment, ACK) &&
      !has(segment, RST) &&
      segment.ack === reset.seq &&
      reset.time - segment.time <= within(roundTrip, 1),
  );
  return trigger < 0 ? null : trigger;
}

/** For each effect, the segments of the peer that can have it at `side`, in capture order. */
const CAUSES = {
  SYN: ({ segments }, side) =>
    indexes(segments, (s) => s.from !== side && has(s, SYN) && !has(s, ACK) && !has(s, RST)),

  'SYN,ACK': ({ segments }, side) => {
    const isn = initialOf(segments, side);
    return indexes(
      segments,
      (s) =>
        s.from !== side && has(s, SYN) && has(s, ACK) && !has(s, RST) && isn !== null && after(s.ack, isn),
    );
  },

  'ACK of SYN': ({ segments }, side) => {
    const isn = initialOf(segments, side);
    return indexes(
      segments,
      (s) =>
        s.from !== side && !has(s, SYN) && has(s, ACK) && !has(s, RST) && isn !== null && after(s.ack, isn),
    );
  },

  'ACK of FIN': ({ segments, fins }, side) => {
    const { inForce, sentEnd } = fins[side];
    const first = inForce?.copies[0];
    if (!inForce || first === undefined) return [];
    // What covers it may stand before it: a capture that takes both directions from two places swaps neighbours.
    return indexes(segments, (s) => s.from !== side && covers(s, inForce.end, sentEnd));
  },

  FIN: ({ segments, fins }, side) => {
    const { inForce } = fins[peerOf(side)];
    const first = inForce?.copies[0];
    if (!inForce || first === undefined) return [];
    // A FIN above a hole is not received before the hole is filled. Where the capture never shows that, but the peer
    // acknowledged the FIN, the missing bytes were there and the FIN itself is the cause.
    const filled = segments.findIndex(
      (s, index) => index >= first && s.from !== side && atOrAfter(s.front, inForce.end),
    );
    const acknowledged = inForce.coveredAt;
    if (filled < 0 || (acknowledged !== null && filled > acknowledged)) {
      return acknowledged === null ? [] : [...inForce.copies];
    }
    return [filled, ...inForce.copies.filter((copy) => copy > filled)];
  },

  RST: (context, side) =>
    indexes(
      context.segments,
      (s, index) => s.from !== side && has(s, RST) && judgeReset(context, side, index) !== 'unacceptable',
    ),
} satisfies Record<Effect, (context: Context, side: Side) => number[]>;

/** Whether one own segment, seen after the cause, shows that the effect had happened, had not, or neither. */
type Evidence = 'proof' | 'contradiction' | 'nothing';

function evidence(context: Context, side: Side, effect: Effect, cause: number, at: number): Evidence {
  const { segments, fins } = context;
  const own = segments[at];
  const arrived = segments[cause];
  if (!own || !arrived) return 'nothing';
  // It acknowledges octets that the peer first sent with the cause or behind it.
  const acknowledges =
    has(own, ACK) && !has(own, RST) && after(own.ack, arrived.highBefore) && endOf(arrived) !== arrived.seq;
  switch (effect) {
    case 'SYN':
      if (has(own, ACK) && after(own.ack, arrived.seq)) return 'proof';
      return has(own, SYN) && !has(own, ACK) ? 'contradiction' : 'nothing';
    case 'SYN,ACK':
      if (has(own, SYN) && !has(own, ACK)) return 'contradiction';
      return has(own, ACK) && !has(own, RST) && after(own.ack, arrived.seq) ? 'proof' : 'nothing';
    case 'ACK of SYN':
      if (has(own, SYN)) return 'contradiction';
      return has(own, RST) ? 'nothing' : 'proof';
    case 'ACK of FIN': {
      if (acknowledges || acknowledgesLater(context, side, cause, own)) return 'proof';
      const fin = fins[side].inForce;
      return fin?.copies.includes(at) ? 'contradiction' : 'nothing';
    }
    case 'FIN': {
      const end = fins[peerOf(side)].inForce?.end ?? 0;
      if (!has(own, ACK) || (has(own, RST) && own.seq === 0)) return 'nothing';
      return before(own.ack, end) ? 'contradiction' : 'proof';
    }
    case 'RST':
      return isBareRst(own) ? 'proof' : 'contradiction';
  }
}

/** `own` acknowledges octets that the peer first sent after `cause`: with them it had everything sent before. */
function acknowledgesLater({ segments }: Context, side: Side, cause: number, own: LoggedSegment): boolean {
  if (!has(own, ACK) || has(own, RST)) return false;
  const next = segments.find(
    (s, index) => index > cause && s.from !== side && !has(s, RST) && after(endOf(s), s.highBefore),
  );
  return next !== undefined && next.time <= own.time && after(own.ack, next.highBefore);
}

function settle(
  context: Context,
  side: Side,
  own: readonly number[],
  effect: Effect,
  copies: readonly number[],
  all: readonly number[],
): Reception | null {
  const { segments, roundTrip } = context;
  const [first] = copies;
  if (first === undefined) return null;
  if (effect === 'RST' && neverArrives(context, side, first)) return null;
  // The first segment whose ACK number covers what was captured only later proves it, wherever it stands.
  const ahead = effect === 'FIN' ? coveredAhead(context, side) : null;
  if (ahead !== null) {
    const time = timeOf(segments, ahead);
    return { effect, cause: first, label: ahead, after: time, by: time };
  }
  const sent = effect === 'ACK of FIN' ? (context.fins[side].inForce?.copies[0] ?? first) : first;
  let cause = first;
  let label = Math.max(first, sent);
  let by: number | null = null;
  let bound = timeOf(segments, first);
  for (const at of own) {
    if (at < cause || (first < sent && at <= sent)) continue;
    const found = evidence(context, side, effect, cause, at);
    if (found === 'proof') {
      by = timeOf(segments, at);
      const answered = effect === 'FIN' ? answeredCopy(context, side, copies, label, at) : null;
      if (answered !== null) {
        cause = answered;
        label = answered;
        bound = timeOf(segments, answered);
      }
      break;
    }
    if (found === 'nothing') continue;
    const next = copies.find((copy) => copy > at);
    if (effect === 'ACK of FIN') {
      // The FIN came again. If the answer to it drew a bare RST, the first ACK had arrived and this was a stray copy.
      const answer = all.find((copy) => copy > at);
      if (answer !== undefined && answeredByReset(context, side, answer)) continue;
      if (next !== undefined) {
        cause = next;
        label = next;
        bound = timeOf(segments, at);
        continue;
      }
    }
    const lastCopy = copies.findLast((copy) => copy < at) ?? cause;
    const challenged = effect === 'RST' && judgeReset(context, side, lastCopy) === 'in-window';
    if (!challenged && timeOf(segments, at) - timeOf(segments, lastCopy) <= within(roundTrip, 2)) {
      label = at;
      bound = timeOf(segments, at);
      continue;
    }
    if (next === undefined) return null;
    cause = next;
    label = next;
    bound = timeOf(segments, next);
  }
  return { effect, cause, label, after: bound, by };
}

/** The own segment that covers the peer's FIN though it was captured before it; null where none does. */
function coveredAhead({ fins }: Context, side: Side): number | null {
  const { inForce } = fins[peerOf(side)];
  const first = inForce?.copies[0];
  const covered = inForce?.coveredAt ?? null;
  return first !== undefined && covered !== null && covered < first ? covered : null;
}

/** An RST behind two or more unanswered probes or retransmissions: the peer is not reached (DESIGN section 2). */
function neverArrives({ segments }: Context, side: Side, rst: number): boolean {
  const reset = segments[rst];
  if (!reset || reset.unanswered < 2) return false;
  return !segments.some((s, index) => index > rst && s.from === side && isBareRst(s));
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
  receptions.sort((a, b) => a.cause - b.cause);
  let label = 0;
  return receptions.map((reception) => {
    if (reception.label >= label) {
      label = reception.label;
      return reception;
    }
    return { ...reception, label, after: Math.max(reception.after, timeOf(segments, label)) };
  });
}

function indexes(
  segments: readonly LoggedSegment[],
  matches: (segment: LoggedSegment, index: number) => boolean,
): number[] {
  const found: number[] = [];
  segments.forEach((segment, index) => {
    if (matches(segment, index)) found.push(index);
  });
  return found;
}

function timeOf(segments: readonly LoggedSegment[], index: number): number {
  return segments[index]?.time ?? 0;
}
