import { ACK } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { atOrAfter, latest } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, framesOf, gapOf, highestAck, strangersFrom } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const finMoved: Rule = {
  meta: {
    id: 'fin-moved',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.10.4',
    label: '{side} sends its FIN at two numbers',
    summary: 'A side sent its FIN at two different sequence numbers',
    messages: {
      both: 'The {side} sent its FIN at two different ends, {end} and {otherEnd}, and the {peer} acknowledged both.',
      one: 'A FIN of the {side} ends at {otherEnd}, the one in force at {end}. The {peer} did not take the first: the {side} moved its FIN, or it was forged.',
    },
    refutedBy: 'Proof that one of the two was not sent by that side (TTL, IP ID, a capture next to it).',
    waits: null,
    docs: {
      what: 'After CLOSE nothing may be added to the stream, so a FIN has one place. Here it came at two.',
      why: 'The peer takes the first one it can process as end-of-file; what the sender meant to send before the other place is lost to the application, silently.',
      legitimate:
        'A FIN sent again together with data that was sent before ends at the same number: that is no move and not reported. A forged FIN (an attacker, a middlebox that wants to end the connection) looks the same as a moved one, which is why it is a suspicion unless the peer acknowledged both.',
      action:
        'Compare TTL and IP ID of the two FINs. Alike: a stack or proxy that sends after close. Unlike: somebody injects.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > FP. 1:101(100) ack 1
        +.01   < .   1:1(0) ack 102
        +.01   < F.  1:1(0) ack 102
        +0     > .   102:102(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.1    > F.  11:11(0) ack 1
        +.1    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).otherFins > 0,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  const moved = connection.replay.fins[side].others.filter((index) => {
    const copy = at(connection, index);
    // What its receiver had to drop moved nothing.
    return copy && has(copy, ACK) && !connection.replay.fins[side].dropped.includes(index);
  });
  const first = at(connection, moved[0] ?? null);
  if (!fin || !first || connection.flow.oneSided || strangersFrom(connection) !== Infinity) return [];
  const otherEnd = endOf(first);
  const acknowledged = highestAck(connection, peerOf(side));
  const both = acknowledged !== null && atOrAfter(acknowledged, latest(fin.end, otherEnd));
  // Where the higher one was acknowledged, the lower was data for the peer or never seen by it.
  const taken =
    both &&
    wasAcknowledgedAt(connection, peerOf(side), otherEnd) &&
    !gapOf(connection, side) &&
    at(connection, fin.copies[0] ?? null)?.ttl === first.ttl;
  return [
    {
      message: taken ? 'both' : 'one',
      tier: taken ? 'violation' : 'suspect',
      side,
      frames: [...framesOf(connection, fin.copies.slice(0, 1)), ...framesOf(connection, moved)],
      evidence: { end: fin.end >>> 0, otherEnd: otherEnd >>> 0 },
    },
  ];
}

/** The side's ACK number stood exactly at `end` once. */
function wasAcknowledgedAt({ flow }: Connection, side: Side, end: number): boolean {
  return flow.segments.some((s) => s.from === side && has(s, ACK) && s.ack === end);
}
