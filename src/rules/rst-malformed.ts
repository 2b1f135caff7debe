import { ACK, RST } from '../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../machine/logged-segment.ts';
import { after, before, latest } from '../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { finOf, gapOf, highestAck, sentBy } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const rstMalformed: Rule = {
  meta: {
    id: 'rst-malformed',
    tiers: ['violation'],
    clause: 'RFC 9293 3.5.2 group 1, 3.10.7.1, 3.10.5',
    summary: 'The numbers of an RST are neither those of an answer nor those of an abort',
    messages: {
      ahead:
        'The RST of the {side} has sequence number {seq}, beyond everything the {peer} had acknowledged ({acknowledged}) and its own next number ({next}).',
      zero: 'The RST of the {side} has sequence number 0 though every segment that it can answer carries ACK: it should be {acknowledged}.',
    },
    refutedBy: 'A segment of the peer with that ACK number, which the capture does not have.',
    waits: null,
    docs: {
      what: 'An RST has one of three shapes: the answer to a segment with ACK (its ACK number as sequence number), the answer to one without (sequence number 0 and an ACK of it), or an abort (the next number to send). This one fits none.',
      why: 'A receiver that follows RFC 5961 ignores it or asks back with a challenge ACK: the connection that it should end lives on at the peer.',
      legitimate:
        'Where the sender’s next number is not known (its own FIN was not seen, packets are missing) no shape can be checked and the rule keeps silent, as it does on an RST with another TTL than the side’s other packets.',
      action:
        'Compare TTL and IP ID with the other packets of that side: many such RSTs come from firewalls that made them up.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < P.  1:101(100) ack 2
        +0     > R   2:2(0)`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < P.  1:101(100) ack 2
        +0     > R   5000:5000(0)`,
    },
  },
  concerns: ({ replay }) => SIDES.some((side) => replay.readings[side].resets.length > 0),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  const peer = peerOf(side);
  const acknowledged = highestAck(connection, peer);
  // Its next number to send is known for certain only behind its own FIN, in a capture without holes.
  if (!fin || acknowledged === null || gapOf(connection, side) || gapOf(connection, peer)) return [];
  const next = latest(connection.replay.fins[side].sentEnd, fin.end);
  const standing = connection.replay.readings[side].resets;
  return sentBy(connection, side).flatMap(({ segment, index }) => {
    const finSent = (fin.copies[0] ?? 0) < index;
    if (!has(segment, RST) || !finSent || !standing.includes(index)) return [];
    // Another TTL: somebody else may have sent it, and forged numbers are not this side's.
    const own = connection.flow.segments.slice(0, index).findLast((s) => s.from === side && !has(s, RST));
    if (own && own.ttl !== segment.ttl) return [];
    const fact = (message: string): Fact => ({
      message,
      tier: 'violation',
      side,
      frames: [...trigger(connection, peer, index), segment.frame],
      evidence: { seq: segment.seq >>> 0, acknowledged: acknowledged >>> 0, next: next >>> 0 },
    });
    if (segment.seq === 0) return fitsZero(connection, side, segment, index) ? [] : [fact('zero')];
    return after(segment.seq, latest(next, acknowledged)) ? [fact('ahead')] : [];
  });
}

/** Sequence number 0 answers a segment without ACK, whose end it acknowledges; or it happens to be the right number. */
function fitsZero(connection: Connection, side: Side, reset: LoggedSegment, index: number): boolean {
  const candidates = connection.flow.segments.filter((s, at) => at < index && s.from !== side);
  if (candidates.some((s) => has(s, ACK) && s.ack === 0)) return true;
  if (isBareRst(reset)) return false;
  if (candidates.some((s) => !has(s, ACK) && endOf(s) === reset.ack)) return true;
  // It acknowledges what this connection never had: a SYN of the next incarnation that the capture lacks.
  const { sentEnd } = connection.replay.fins[peerOf(side)];
  const first = candidates.find((s) => !has(s, RST))?.seq ?? sentEnd;
  return before(reset.ack, first) || after(reset.ack, sentEnd);
}

function trigger(connection: Connection, peer: Side, index: number): number[] {
  const last = connection.flow.segments.slice(0, index).findLast((s) => s.from === peer);
  return last ? [last.frame] : [];
}
