import { RST, SYN } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { type Challenge, challengesTo, isPureAck } from '../facts/challenge.ts';
import { gapOf, SECOND, sentBy, watchedUntil } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Seconds that a challenge ACK may take. */
const WAIT = 1;

export const challengeAckMissing: Rule = {
  meta: {
    id: 'challenge-ack-missing',
    tiers: ['suspect'],
    clause: 'RFC 5961 3.2, 4.2, 7',
    label: '{side} sends no challenge ACK',
    summary: 'A SYN or inexact RST on an open connection drew no challenge ACK',
    messages: {
      silent: 'The {side} was in {state}, got {what} and said nothing for a second, though it was alive.',
    },
    refutedBy: 'A challenge ACK that the capture does not have, or proof that the segment never arrived.',
    waits: WAIT,
    docs: {
      what: 'A SYN on an open connection, or an RST in the window but not exact, has to be answered with an ACK of the number expected. Nothing came within a second, and the side was alive later.',
      why: 'A peer that has lost the connection learns so from the challenge ACK, and resets what is left. Without it, it cannot connect again until the old connection times out.',
      legitimate:
        'The segment was lost behind the capture. Stacks limit their challenge ACKs (RFC 5961 7; Linux: one in 500 ms for each socket), so one that comes within a second of another challenge ACK may go unanswered.',
      action: 'Firewalls that drop SYNs on known connections are the usual cause: record behind them.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  11:11(0) ack 1
        +0     > .   1:1(0) ack 1
        +3     > P.  1:101(100) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  11:11(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasLateControl,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  if (gapOf(connection, side)) return [];
  const challenges = challengesTo(connection, side);
  return challenges.flatMap(({ trigger, index, state }) => {
    // RFC 5961 7 asks for a limit.
    if (challenges.some((one) => wasJustAnswered(connection, side, one, trigger.time))) return [];
    const later = sentBy(connection, side).filter((one) => one.index > index);
    const answered = later.some(({ segment }) => segment.time - trigger.time <= WAIT * SECOND);
    const alive = later.some(({ segment }) => !has(segment, RST));
    if (answered || !alive || watchedUntil(connection) - trigger.time <= WAIT * SECOND) return [];
    const what = has(trigger, SYN) ? 'a SYN' : 'an RST in its window';
    const frames = [trigger.frame, ...later.slice(0, 1).map(({ segment }) => segment.frame)];
    return [{ message: 'silent', tier: 'suspect' as const, side, frames, evidence: { state, what } }];
  });
}

/** The side sent a challenge ACK for `challenge` in the second before `time`. */
function wasJustAnswered(connection: Connection, side: Side, challenge: Challenge, time: number): boolean {
  return sentBy(connection, side).some(
    ({ segment, index }) =>
      index > challenge.index &&
      isPureAck(segment) &&
      segment.time < time &&
      time - segment.time <= WAIT * SECOND &&
      segment.time - challenge.trigger.time <= WAIT * SECOND,
  );
}
