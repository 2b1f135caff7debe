import { ACK, RST } from '../../decode/segment.ts';
import type { Fin } from '../../machine/fin.ts';
import { covers } from '../../machine/fin.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, atOrAfter, before, unsigned } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { finOf, firstFin, framesOf, sentBy, strangersFrom } from '../facts/facts.ts';
import { isShownNear } from '../facts/receivable.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Segments that show it for certain: one may be somebody else's. */
const ENOUGH = 2;
/** Hop counts of one sender may differ by this much. */
const TTL_SLACK = 2;

export const ackGoesBack: Rule = {
  meta: {
    id: 'ack-goes-back',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.10.7.4 steps 5, 8',
    label: '{side} takes back its ACK of the FIN',
    summary: 'A side acknowledged a FIN and then, in what it sent later, no longer does',
    messages: {
      back: 'The {side} acknowledged the FIN of the {peer}, which ends at {finEnd}, and {segments} segments that it sent later, by their sequence numbers, acknowledge only {ack}.',
    },
    refutedBy: 'Proof that the ACK of the FIN was not sent by that side, but by a device in its name.',
    waits: null,
    docs: {
      what: 'What a side expects next (RCV.NXT) never goes back, so that its ACK numbers never do. Here a side had acknowledged a FIN, and data or a FIN that it sent afterwards carry an ACK number in front of that FIN.',
      why: 'The peer has done its part and waits in FIN_WAIT_2. Whoever sends the later segments does not know that: two parties speak for one side, or the stack has forgotten the FIN.',
      legitimate:
        'Segments overtake each other: what was sent before the ACK may be captured behind it. Only segments that begin where the ACK itself ended, or later, are counted, so that they were sent behind it. A pure ACK is never counted, for it bears no order.',
      action:
        'Record next to that side. A proxy, a load balancer or a TCP accelerator that acknowledges FINs in the name of a host behaves so.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 1
        +.1    < P.  101:201(100) ack 1`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasCoveredFin,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const first = firstFin(connection, peer);
  if (!fin || !first || fin.coveredAt === null || !saysLess(connection, side, fin)) return [];
  if (strangersFrom(connection) !== Infinity) return [];
  const own = sentBy(connection, side).filter(({ segment: s }) => has(s, ACK) && !has(s, RST));
  const { sentEnd } = connection.replay.fins[peer];
  const covering = own.filter(
    ({ segment, index }) => index > (fin.copies[0] ?? 0) && covers(segment, fin.end, sentEnd),
  );
  const back = own.flatMap(({ segment: s, index }) => {
    const ack = covering.find(({ segment: c, index: n }) => n < index && isSentLater(s, c));
    return ack && before(s.ack, fin.end) ? [{ segment: s, ack: ack.segment }] : [];
  });
  const [worst] = back;
  if (!worst) return [];
  const isNear = isShownNear(connection, side);
  return [
    {
      message: 'back',
      tier: isNear && back.length >= ENOUGH ? 'violation' : 'suspect',
      side,
      frames: [
        ...framesOf(connection, fin.copies.slice(0, 1)),
        worst.ack.frame,
        ...back.slice(0, 16).map(({ segment }) => segment.frame),
      ],
      evidence: {
        finEnd: unsigned(fin.end),
        ack: unsigned(worst.segment.ack),
        segments: back.length,
      },
    },
  ];
}

/** Behind an ACK of the peer's FIN the capture has one of the side that does not cover it. */
function saysLess(connection: Connection, side: Side, fin: Fin): boolean {
  const { segments } = connection.flow;
  for (let index = (fin.coveredAt ?? segments.length) + 1; index < segments.length; index++) {
    const s = segments[index];
    if (s?.from === side && has(s, ACK) && !has(s, RST) && before(s.ack, fin.end)) return true;
  }
  return false;
}

/** By its sequence number the segment was sent behind the ACK, and nothing else says that it was not, or by another. */
function isSentLater(segment: LoggedSegment, ack: LoggedSegment): boolean {
  const isNews = endOf(segment) !== segment.seq && after(endOf(segment), segment.highBefore);
  // SND.NXT stood at the end of the ACK when that was sent (RFC 9293 3.10.7.4).
  if (!isNews || !atOrAfter(segment.seq, endOf(ack))) return false;
  if (segment.timestamp !== null && ack.timestamp !== null && before(segment.timestamp, ack.timestamp))
    return false;
  return Math.abs(segment.ttl - ack.ttl) <= TTL_SLACK;
}
