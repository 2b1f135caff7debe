import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, firstFin, gapOf, nearSideOf, roundTrips, SECOND, seconds } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** The longest that an ACK may be delayed, seconds (RFC 9293 MUST-40). */
const LONGEST_DELAY = 0.5;

export const finAckSlow: Rule = {
  meta: {
    id: 'fin-ack-slow',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.8.6.3 (MUST-40)',
    label: '{side} acknowledges the FIN late',
    summary: 'A FIN that had arrived was acknowledged later than half a second after it',
    messages: {
      slow: 'The FIN of the {peer} had reached the {side}, next to which this was captured, and was acknowledged {delay} s later.',
    },
    refutedBy: 'An earlier ACK that the capture does not have, or a loss between the capture and the host.',
    waits: null,
    docs: {
      what: 'An ACK may be delayed, but by less than 0.5 s. The capture was made next to the receiver, so the FIN was there, and its sender sent it again in vain before the acknowledgment came.',
      why: 'The peer retransmits needlessly, and every close costs its time-out.',
      legitimate:
        'A receiving host that was stopped or overloaded; a packet that a firewall on that host dropped behind the capture.',
      action:
        'Look at the load of the receiving host, at its firewall, and at the delayed-ACK settings of its stack.',
      good: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.2    < .   1:1(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    < .   1:1(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasCoveredFin,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that acknowledged late. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, peerOf(side));
  const first = firstFin(connection, peerOf(side));
  const cover = at(connection, fin?.coveredAt ?? null);
  if (!fin || !first || !cover || nearSideOf(connection) !== side) return [];
  // Without a retransmission its sender was content: then the capture lacks the ACK.
  const again = fin.copies.some((index) => index > (fin.copies[0] ?? 0) && index < (fin.coveredAt ?? 0));
  const arrived = first.front === fin.end;
  // Right behind a copy it answers that one: those before it were lost on their last step, behind the capture.
  const copy = at(connection, fin.copies.findLast((index) => index < (fin.coveredAt ?? 0)) ?? null);
  const answersCopy = copy !== null && cover.time - copy.time <= roundTrips(connection, 0);
  const full = connection.flow.segments.some((s) => s.from === side && s.window === 0);
  const delay = cover.time - first.time;
  if (
    !again ||
    !arrived ||
    answersCopy ||
    full ||
    gapOf(connection, side) ||
    delay <= LONGEST_DELAY * SECOND + roundTrips(connection, 1)
  ) {
    return [];
  }
  const frames = [first.frame, cover.frame];
  return [{ message: 'slow', tier: 'suspect', side, frames, evidence: { delay: seconds(delay) } }];
}
