import { RST, SYN } from '../../decode/segment.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { judgeReset } from '../../machine/reset.ts';
import { after, atOrAfter, atOrBefore } from '../../machine/sequence.ts';
import { peerOf, type Side, type State } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { isPureAck } from './challenge.ts';
import { contextOf, highestAck, roundTrips, type Sent, sentBy, stateBefore, streamOf } from './facts.ts';
import { askedOnceOf } from './memo.ts';
import { traitsOf } from './traits.ts';

/** An RST that its receiver had to drop, and the ACK with which it answered. */
export interface AnsweredReset {
  readonly reset: LoggedSegment;
  readonly ack: LoggedSegment;
  readonly expected: number;
}

const WITHOUT_CONNECTION: readonly State[] = ['CLOSED', 'LISTEN', 'SYN_SENT'];

/**
 * RSTs below or above the window of `side` that it answered with an ACK: it repeats what it had said, the RST is the last
 * that had come, and nothing else was waiting for an answer.
 */
export const answeredResets: (connection: Connection, side: Side) => readonly AnsweredReset[] =
  askedOnceOf(findAnsweredResets);

function findAnsweredResets(connection: Connection, side: Side): AnsweredReset[] {
  const { segments } = connection.flow;
  if (!traitsOf(connection).hasEarlyReset) return [];
  // A signed side drops what is not signed, and what it then does has other reasons.
  if (connection.flow.announced[side].signed) return [];
  return sentBy(connection, peerOf(side)).flatMap(({ segment: reset, index }) => {
    const ack = segments[index + 1];
    if (!has(reset, RST) || !ack || ack.from !== side || !isPureAck(ack)) return [];
    if (ack.time - reset.time > roundTrips(connection, 2)) return [];
    if (judgeReset(contextOf(connection), side, index) !== 'unacceptable') return [];
    const expected = highestAck(connection, side, index);
    const state = stateBefore(connection, side, reset.frame, reset.time);
    if (expected === null || WITHOUT_CONNECTION.includes(state)) return [];
    return repeats(connection, side, index, ack) && isAllAnswered(connection, side, index)
      ? [{ reset, ack, expected }]
      : [];
  });
}

/** The ACK says what the side's segment before it had said, its window included; it is no probe, no update. */
function repeats(connection: Connection, side: Side, index: number, ack: LoggedSegment): boolean {
  const before = sentBy(connection, side).findLast(
    (one) => one.index < index && !has(one.segment, RST),
  )?.segment;
  return (
    before !== undefined &&
    !has(before, SYN) &&
    ack.ack === before.ack &&
    ack.window === before.window &&
    ack.seq === endOf(before)
  );
}

/** Each segment of the peer that asks for an answer has had one before the RST came. */
function isAllAnswered(connection: Connection, side: Side, index: number): boolean {
  const asked = sentBy(connection, peerOf(side)).findLast(
    (one) => one.index < index && !has(one.segment, RST) && !isPureAck(one.segment),
  );
  // A pure ACK below the window is answered as well: it may be a probe.
  const newest = sentBy(connection, peerOf(side)).findLast(
    (one) => one.index < index && !has(one.segment, RST),
  );
  const probe = newest && isPureAck(newest.segment) && newest.segment.seq !== newest.segment.highBefore;
  const answered = (one: Sent): boolean =>
    sentBy(connection, side).some(
      ({ segment, index: at }) =>
        at > one.index && at < index && !has(segment, RST) && atOrAfter(segment.ack, endOf(one.segment)),
    );
  return (!asked || answered(asked)) && (!probe || answered(newest));
}

/** An RST with text of which the side acknowledged some, and the segment that did. */
export interface AcknowledgedText {
  readonly reset: LoggedSegment;
  readonly ack: LoggedSegment;
  readonly bytes: number;
}

/** RFC 9293 SHLD-2 lets an RST carry text, which is no part of the stream: nothing acknowledges it. */
export function acknowledgedText(connection: Connection, side: Side): AcknowledgedText | null {
  const peer = peerOf(side);
  for (const { segment: reset, index } of sentBy(connection, peer)) {
    if (!has(reset, RST) || reset.length === 0) continue;
    const stream = streamOf(connection, peer);
    const isStream = stream.some(({ segment }) => after(endOf(segment), reset.seq));
    const ack = sentBy(connection, side).find(
      ({ segment, index: at }) =>
        at > index &&
        !has(segment, RST) &&
        after(segment.ack, reset.seq) &&
        atOrBefore(segment.ack, endOf(reset)),
    )?.segment;
    if (ack && !isStream) return { reset, ack, bytes: (ack.ack - reset.seq) | 0 };
  }
  return null;
}
