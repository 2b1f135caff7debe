import { FIN, RST, SYN } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { finOf, sentBy } from '../facts/facts.ts';
import { hasOwnTtl } from '../facts/identity.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const finWithoutTimestamps: Rule = {
  meta: {
    id: 'fin-without-timestamps',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 7323 3.2',
    label: '{side} closes without timestamps',
    summary: 'Timestamps were negotiated and a FIN, or the ACK of one, lacks them',
    messages: {
      missing: 'The {side} sent {what} without the timestamps option, which both sides had negotiated.',
    },
    refutedBy:
      'Proof that the segment was not sent by that side, or that a device on the path stripped the option.',
    waits: null,
    docs: {
      what: 'Once both SYNs have carried the timestamps option, every segment but an RST must carry it.',
      why: 'A receiver may drop segments without it (RFC 7323 3.2 recommends it), so the close is not seen: the FIN is retransmitted and the connection hangs.',
      legitimate:
        'An RST may come without. A segment whose TTL is a hop or two off, or a side none of whose segments carries the option, is a suspicion only. What has crossed another number of hops was sent by something else and is not reported. Where the snap length cut the options nothing is known and nothing is said.',
      action:
        'Look for a device that makes up FINs or ACKs in the name of a side: load balancers and proxies that close idle connections do.',
      good: `
        +0     > S   0:0(0) <TS val 1 ecr 0>
        +.01   < S.  0:0(0) ack 1 <TS val 1 ecr 1>
        +0     > .   1:1(0) ack 1 <TS val 2 ecr 1>
        +1     > F.  1:1(0) ack 1 <TS val 3 ecr 1>
        +.01   < F.  1:1(0) ack 2 <TS val 4 ecr 3>
        +0     > .   2:2(0) ack 2 <TS val 5 ecr 4>`,
      bad: `
        +0     > S   0:0(0) <TS val 1 ecr 0>
        +.01   < S.  0:0(0) ack 1 <TS val 1 ecr 1>
        +0     > .   1:1(0) ack 1 <TS val 2 ecr 1>
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2 <TS val 4 ecr 3>
        +0     > .   2:2(0) ack 2 <TS val 5 ecr 4>`,
    },
  },
  concerns: ({ flow }) => flow.opened && flow.announced.client.timestamps && flow.announced.server.timestamps,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const own = finOf(connection, side);
  const peers = finOf(connection, peerOf(side));
  const sentEnd = connection.replay.fins[peerOf(side)].sentEnd;
  const bare = sentBy(connection, side).filter(({ segment, index }) => {
    if (segment.timestamp !== null || segment.optionsCut || has(segment, RST) || has(segment, SYN))
      return false;
    // From elsewhere: something sent it in the side's name.
    if (!hasOwnTtl(connection, side, segment)) return false;
    const isFin = own?.copies.includes(index) ?? false;
    const isAckOfFin =
      peers !== null && index > (peers.copies[0] ?? 0) && covers(segment, peers.end, sentEnd);
    return isFin || isAckOfFin;
  });
  const [first] = bare;
  // Each SYN has to carry it: a SYN that is sent again without takes the offer back.
  const offered = connection.flow.segments.every(
    (s) => !has(s, SYN) || has(s, RST) || s.optionsCut || s.timestamp !== null,
  );
  if (!first || !offered) return [];
  // Where other segments carry it nothing on the path strips it; another TTL is that of another host.
  const carries = sentBy(connection, side).some(
    ({ segment }) => segment.timestamp !== null && !has(segment, SYN) && !has(segment, RST),
  );
  const isOwn = carries && bare.every(({ segment }) => hasTtlOfOthers(connection, side, segment));
  return [
    {
      message: 'missing',
      tier: isOwn ? 'violation' : 'suspect',
      side,
      frames: bare.map(({ segment }) => segment.frame),
      evidence: { what: has(first.segment, FIN) ? 'its FIN' : 'the ACK of a FIN', segments: bare.length },
    },
  ];
}

function hasTtlOfOthers(connection: Connection, side: Side, { ttl }: LoggedSegment): boolean {
  const timed = sentBy(connection, side).filter(({ segment }) => segment.timestamp !== null);
  return timed.some(({ segment }) => segment.ttl === ttl);
}
