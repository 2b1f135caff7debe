import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { within } from '../../machine/round-trip.ts';
import { advance, after, atOrAfter } from '../../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../../machine/state.ts';
import {
  at,
  finOf,
  firstFin,
  framesOf,
  gapOf,
  highestAck,
  isNewData,
  resetOf,
  roundTrips,
  SECOND,
  type Sent,
  sentBy,
} from '../facts/facts.ts';
import { isReceivable, isShownNear } from '../facts/receivable.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** The longest that an ACK may be delayed, seconds (RFC 9293 MUST-40). */
const LONGEST_DELAY = 0.5;
/** Segments that show it: one may be a keep-alive, or somebody else's. */
const ENOUGH = 2;
/** Repetitions of a timer that backs off, and how much a gap grows at least. */
const REPEATED = 3;
const GROWS = 1.4;

export const closingWithoutFin: Rule = {
  meta: {
    id: 'closing-without-fin',
    tiers: ['violation'],
    clause: 'RFC 9293 3.10.7.4 step 5, 3.10.4',
    label: '{side} goes on as if there were no FIN',
    summary: 'A side goes on as if a FIN, its own or the one that crossed it, were not there',
    messages: {
      near: 'The FINs crossed. The {side} got that of the {peer} {copies} times, acknowledged everything before it {acks} times, and never the FIN itself.',
      uncounted:
        'The {side} sent {acks} ACKs behind its FIN with the number of that FIN, {fin}, in place of {next}: they acknowledge what came after it.',
      repeated:
        'The FIN of the {side} had been acknowledged by data that the {side} acknowledged in turn, and {acks} of its ACKs carry the FIN once more, with its number {fin} in place of {next}.',
      dropped:
        'The FIN of the {side} was not acknowledged, and what the {side} sent again {acks} times at its number {fin}, with growing gaps, lacks the FIN.',
    },
    refutedBy:
      'An ACK of that side whose number covers the FIN, or proof that those segments are keep-alive probes.',
    waits: null,
    docs: {
      what: 'A FIN that is sent or received and then not counted. After crossing FINs one side answers the copies of its peer’s FIN with the ACK number in front of it. Or the ACKs that a side sends behind its own FIN begin at the number of that FIN in place of the one behind it, with the FIN bit once more or without. Or its retransmission timer sends that number again and leaves the FIN bit out.',
      why: 'The close hangs: an ACK at an old number may be dropped by its receiver, which sends its FIN again and again, and a FIN that is left out never arrives.',
      legitimate:
        'A keep-alive probe stands at the FIN’s own number once that was acknowledged: it comes unasked, after seconds of silence, and acknowledges nothing new. An ACK that was sent before the FIN and overtaken by it acknowledges no more than the FIN does. Neither is counted here.',
      action:
        'The simultaneous close is a rarely walked path: check the version of that stack (embedded and user-space stacks have had this defect), and any proxy between.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.01   < .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.2    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1
        +.4    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasFin,
  check: (connection) => {
    const crossed = connection.close.kind === 'incomplete' && connection.close.closer === 'both';
    return SIDES.flatMap((side) => {
      const facts = crossed ? notTaken(connection, side) : [];
      return facts.length > 0 ? facts : (dropped(connection, side) ?? uncounted(connection, side));
    });
  },
};

/** `side` is the one that should have acknowledged the FIN that crossed its own. */
function notTaken(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const own = finOf(connection, side);
  const first = at(connection, fin?.copies[0] ?? null);
  if (!fin || !own || !first || fin.coveredAt !== null || fin.copies.length < 2) return [];
  if (resetOf(connection) || gapOf(connection, side) || gapOf(connection, peer)) return [];
  const short = sentBy(connection, side).filter(
    ({ segment }) =>
      segment.time > first.time + roundTrips(connection, 2) &&
      has(segment, ACK) &&
      !has(segment, FIN) &&
      segment.ack === advance(fin.end, -1),
  );
  if (short.length < 2) return [];
  // An ACK right behind a copy that has nothing wrong answers that copy: it arrived.
  const answers = short.filter(({ segment, index }) => {
    const copy = at(connection, index - 1);
    const isCopy = fin.copies.includes(index - 1);
    const prompt = copy !== null && segment.time - copy.time <= within(connection.replay.roundTrip, 0);
    return isCopy && prompt && segment.window > 0 && isReceivable(connection, side, index - 1);
  });
  if (!isShownNear(connection, side) || answers.length < ENOUGH) return [];
  return [
    {
      message: 'near',
      tier: 'violation',
      side,
      frames: [...framesOf(connection, fin.copies), ...short.map(({ segment }) => segment.frame)],
      evidence: { copies: fin.copies.length, acks: short.length, finEnd: fin.end >>> 0 },
    },
  ];
}

/** The side's timer sends the number of its FIN again, and leaves the FIN out. */
function dropped(connection: Connection, side: Side): Fact[] | null {
  const fin = finOf(connection, side);
  const first = firstFin(connection, side);
  if (!fin || !first || fin.coveredAt !== null) return null;
  const bare = atNumberOfFin(connection, side).filter(
    ({ segment, index }) => !has(segment, FIN) && !isAsked(connection, side, index),
  );
  const times = bare.map(({ segment }) => segment.time);
  const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
  const backsOff = gaps.every((gap, n) => n === 0 || gap >= GROWS * (gaps[n - 1] ?? 0));
  const cameAgain = fin.copies.some((index) => index > (bare[0]?.index ?? Infinity));
  const closed = connection.flow.segments.some((s) => s.from !== side && s.window === 0 && !has(s, RST));
  if (bare.length < REPEATED || !backsOff || cameAgain || closed) return null;
  if (gapOf(connection, side) || gapOf(connection, peerOf(side))) return null;
  return [report(connection, 'dropped', side, bare)];
}

/** What the side acknowledges behind its FIN begins at the number of that FIN. */
function uncounted(connection: Connection, side: Side): Fact[] {
  const first = firstFin(connection, side);
  if (!first) return [];
  // What acknowledges more than the FIN was sent behind it.
  const behind = atNumberOfFin(connection, side).filter(({ segment }) => after(segment.ack, first.ack));
  const bare = behind.filter(
    ({ segment, index }) => !has(segment, FIN) && acknowledgesAnew(connection, side, segment, index),
  );
  if (bare.length >= ENOUGH) return [report(connection, 'uncounted', side, bare)];
  const again = behind.filter(
    ({ segment, index }) => has(segment, FIN) && knewItsAck(connection, side, segment, index),
  );
  return again.length >= ENOUGH ? [report(connection, 'repeated', side, again)] : [];
}

/** Segments of the side behind its FIN, at the number of that FIN and without data. */
function atNumberOfFin(connection: Connection, side: Side): Sent[] {
  const fin = finOf(connection, side);
  if (!fin) return [];
  const number = advance(fin.end, -1);
  return sentBy(connection, side).filter(
    ({ segment: s, index }) =>
      index > (fin.copies[0] ?? 0) &&
      s.seq === number &&
      s.length === 0 &&
      has(s, ACK) &&
      !has(s, RST) &&
      !has(s, SYN),
  );
}

/** It answers something of the peer: it is the first to acknowledge it, or stands right behind a copy of it. */
function acknowledgesAnew(
  connection: Connection,
  side: Side,
  segment: LoggedSegment,
  index: number,
): boolean {
  const { segments } = connection.flow;
  const taken = segments
    .slice(0, index)
    .findLast(
      (s) => s.from !== side && !has(s, RST) && endOf(s) !== s.seq && atOrAfter(segment.ack, endOf(s)),
    );
  if (!taken) return false;
  const before = highestAck(connection, side, index);
  const isFirst = before !== null && after(segment.ack, before) && segment.ack === endOf(taken);
  const delay = LONGEST_DELAY * SECOND + roundTrips(connection, 2);
  if (isFirst) return segment.time - taken.time <= delay;
  return segments[index - 1] === taken && segment.time - taken.time <= roundTrips(connection, 1.5);
}

/** It acknowledges data that came with an ACK of the FIN: so that ACK had come as well. */
function knewItsAck(connection: Connection, side: Side, segment: LoggedSegment, index: number): boolean {
  const { inForce, sentEnd } = connection.replay.fins[side];
  if (!inForce) return false;
  return sentBy(connection, peerOf(side)).some(
    ({ segment: s, index: n }) =>
      n < index && isNewData(s) && covers(s, inForce.end, sentEnd) && atOrAfter(segment.ack, endOf(s)),
  );
}

/** Something of the peer came right before it. */
function isAsked({ flow, replay }: Connection, side: Side, index: number): boolean {
  const asked = flow.segments.slice(0, index).findLast((s) => s.from !== side);
  const time = flow.segments[index]?.time ?? 0;
  return asked !== undefined && time - asked.time <= within(replay.roundTrip, 2);
}

function report(connection: Connection, message: string, side: Side, sent: readonly Sent[]): Fact {
  const fin = finOf(connection, side);
  const end = fin?.end ?? 0;
  return {
    message,
    tier: 'violation',
    side,
    frames: [
      ...framesOf(connection, fin?.copies.slice(0, 1) ?? []),
      ...sent.slice(0, 16).map(({ segment }) => segment.frame),
    ],
    evidence: { acks: sent.length, fin: advance(end, -1) >>> 0, next: end >>> 0 },
  };
}
