import { RST } from '../../decode/segment.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { peerOf, type Side, type State } from '../../machine/state.ts';
import { triggerOf } from '../../machine/trigger.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { contextOf, gapOf, roundTrips, seconds, sentBy, stateBefore } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

const CLOSING_STATES: readonly string[] = ['CLOSING', 'LAST_ACK', 'TIME_WAIT'];

export const rstFromClosing: Rule = {
  meta: {
    id: 'rst-from-closing',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.10.5',
    label: '{side} resets out of a closing state',
    summary: 'A side in CLOSING, LAST_ACK or TIME_WAIT sent RST though nothing had come',
    messages: {
      unprompted:
        'The {side} was in {state} and sent RST though nothing of the {peer} had come for {quiet} s.',
    },
    refutedBy: 'A segment of the peer right before it, which the capture does not have.',
    waits: null,
    docs: {
      what: 'In these states ABORT has nothing left to abort: the stack answers "connection closing" and needs to send nothing. Here an RST went out unprompted.',
      why: 'It cuts short a close that was about to complete, and takes away the TIME_WAIT of the peer.',
      legitimate:
        'An answer to a segment that the capture lost. Only a state that the side’s own segments prove counts, and a bare RST with an ACK number of the peer is an answer for as long as an answer may take. A stack that gives up a last FIN after several copies may say so, and is not reported.',
      action:
        'See whether the application sets SO_LINGER to 0 after shutdown(), or a load balancer removes connections it thinks finished.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.5    > R.  2:2(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasStandingReset,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  if (gapOf(connection, side) || gapOf(connection, peerOf(side))) return [];
  const { flow, replay } = connection;
  return sentBy(connection, side).flatMap(({ segment, index }) => {
    if (!has(segment, RST) || !replay.readings[side].resets.includes(index)) return [];
    // What answers a segment is asked for (RFC 9293 3.10.7.1).
    if (triggerOf(contextOf(connection), side, index) !== null) return [];
    // It gives up a last FIN that nobody answers, and says so (RFC 9293 3.8.3, R2).
    if (segment.unanswered >= 2) return [];
    const state = stateBefore(connection, side, segment.frame, segment.time);
    if (!isProven(connection, side, state, segment)) return [];
    const last = flow.segments.slice(0, index).findLast((s) => s.from !== side);
    const quiet = segment.time - (last?.time ?? segment.time);
    if (!CLOSING_STATES.includes(state) || !last || quiet <= roundTrips(connection, 2)) return [];
    const evidence = { state, quiet: seconds(quiet) };
    return [
      {
        message: 'unprompted',
        tier: 'suspect' as const,
        side,
        frames: [last.frame, segment.frame],
        evidence,
      },
    ];
  });
}

/** The side's own segments show that it had got to this state before it sent the RST. */
function isProven({ replay }: Connection, side: Side, state: State, reset: LoggedSegment): boolean {
  return replay.transitions.some(
    (t) =>
      t.side === side &&
      t.to === state &&
      t.status === 'proven' &&
      t.by !== null &&
      t.by <= reset.time &&
      // What the RST itself shows is not known of before.
      t.frame !== reset.frame,
  );
}
