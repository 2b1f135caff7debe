import { RST, SYN } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { roundTrips, SECOND, sentBy, stateBefore } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** The longest that an ACK may be delayed, seconds (RFC 9293 MUST-40). */
const LONGEST_DELAY = 0.5;

export const timeWaitChatter: Rule = {
  meta: {
    id: 'time-wait-chatter',
    tiers: ['note'],
    clause: 'RFC 9293 3.6',
    label: '{side} sends out of TIME_WAIT',
    summary: 'A side in TIME_WAIT sent segments that nothing had asked for',
    messages: {
      chatter:
        'The {side} was in TIME_WAIT and sent again though nothing of the {peer} had come (segments: {count}).',
    },
    refutedBy: 'A segment of the peer right before, which the capture does not have.',
    waits: null,
    docs: {
      what: 'In TIME_WAIT there is nothing left to send but answers. Here segments went out unprompted.',
      why: 'Each of them can draw an RST from the peer, which no longer has the connection and so ends the TIME_WAIT.',
      legitimate:
        'It breaks no clause. The segment that asked for the answer may be missing from the capture.',
      action:
        'A keep-alive timer that is not stopped at close(), or a stack that repeats its last ACK by itself.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +2     > .   2:2(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasTimeWait,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const entered = replay.transitions.findLast((t) => t.side === side && t.to === 'TIME_WAIT');
  const proven = entered?.by ?? null;
  if (proven === null) return [];
  const unprompted = sentBy(connection, side).filter(({ segment, index }) => {
    // What proves the state was asked for, however late it comes: the acknowledgment of the FIN.
    if (has(segment, RST) || has(segment, SYN) || segment.time <= proven) return false;
    if (stateBefore(connection, side, segment.frame, segment.time) !== 'TIME_WAIT') return false;
    const last = flow.segments.slice(0, index).findLast((s) => s.from !== side);
    if (last === undefined) return false;
    // Each segment of the peer has one answer, which may be delayed.
    const answered = flow.segments.some(
      (s) => s.from === side && s.frame > last.frame && s.frame < segment.frame,
    );
    const delay = answered ? 0 : LONGEST_DELAY * SECOND;
    return segment.time - last.time > delay + roundTrips(connection, 2);
  });
  if (unprompted.length === 0) return [];
  const frames = unprompted.map(({ segment }) => segment.frame);
  return [{ message: 'chatter', tier: 'note', side, frames, evidence: { count: unprompted.length } }];
}
