import { RST } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { has } from '../../machine/logged-segment.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  finOf,
  framesOf,
  gapOf,
  nearSideOf,
  SECOND,
  SHORTEST_TIME_WAIT,
  secondCloser,
  seconds,
} from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const timeWaitSilent: Rule = {
  meta: {
    id: 'time-wait-silent',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.10.7.4 steps 5, 8',
    label: '{side} is silent in TIME_WAIT',
    summary: 'A FIN came again into TIME_WAIT, twice or more, and was not acknowledged again',
    messages: {
      silent:
        'The {side} acknowledged the FIN of the {peer} once; {copies} later copies within {span} s drew no answer.',
    },
    refutedBy: 'An ACK that the capture does not have.',
    waits: null,
    docs: {
      what: 'TIME_WAIT is there to acknowledge the last FIN again when the ACK was lost. The FIN came again, and nothing answered.',
      why: 'The peer stays in LAST_ACK until it gives up.',
      legitimate:
        'The host went away meanwhile, or a firewall on the path has already forgotten the connection and drops the copies.',
      action:
        'Record next to the side that should be in TIME_WAIT: if the copies reach it and it keeps silent, its stack keeps no TIME_WAIT.',
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
        +.2    < F.  1:1(0) ack 2
        +.4    < F.  1:1(0) ack 2
        +.8    < F.  1:1(0) ack 2
        @ connection 2
        +1     > S   0:0(0)`,
    },
  },
  concerns: (connection) => traitsOf(connection).copies > 2,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one in TIME_WAIT. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const own = finOf(connection, side);
  if (!fin || !own || own.coveredAt === null || secondCloser(connection) === side || gapOf(connection, side))
    return [];
  const acks = flow.segments.flatMap((s, n) =>
    s.from === side && covers(s, fin.end, replay.fins[peer].sentEnd) ? [n] : [],
  );
  // Next to the peer, answers that were lost on the way here look like none.
  if (nearSideOf(connection) === peer) return [];
  const lastAck = acks.at(-1);
  const acknowledged = at(connection, lastAck ?? null);
  if (lastAck === undefined || !acknowledged) return [];
  // What came once the 4-tuple was open anew met something else; a side that has sent RST, or got one, is CLOSED.
  const end = Math.min(
    flow.reopened?.time ?? Infinity,
    flow.segments.find((s) => has(s, RST))?.time ?? Infinity,
  );
  const late = fin.copies.filter((index) => index > lastAck && (flow.segments[index]?.time ?? end) < end);
  const first = at(connection, late[0] ?? null);
  const last = at(connection, late.at(-1) ?? null);
  const answered = flow.segments.some((s, n) => n > (late[0] ?? Infinity) && s.from === side);
  if (late.length < 2 || !first || !last || answered) return [];
  // Later than that, the stack may have finished its TIME_WAIT.
  if (first.time - acknowledged.time > SHORTEST_TIME_WAIT * SECOND) return [];
  return [
    {
      message: 'silent',
      tier: 'suspect',
      side,
      frames: [acknowledged.frame, ...framesOf(connection, late)],
      evidence: { copies: late.length, span: seconds(last.time - acknowledged.time) },
    },
  ];
}
