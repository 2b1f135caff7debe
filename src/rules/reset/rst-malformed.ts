import { ACK, RST, SYN } from '../../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { initialOf } from '../../machine/reset.ts';
import { advance, after, atOrAfter, atOrBefore, before, latest } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { finOf, gapOf, highestAck, sentBy } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Retransmissions of the peer without an answer that show that a side is gone. */
const GONE = 2;

export const rstMalformed: Rule = {
  meta: {
    id: 'rst-malformed',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.5.2, 3.10.7.1, 3.10.5',
    label: '{side} sends an RST with wrong numbers',
    summary: 'The numbers of an RST are neither those of an answer nor those of an abort',
    messages: {
      ahead:
        'The RST of the {side} has sequence number {seq}, beyond everything the {peer} had acknowledged ({acknowledged}) and its own next number ({next}).',
      below:
        'The RST of the {side} has sequence number {seq}, which lies in front of everything that it ever sent; the {peer} had acknowledged {acknowledged}, and its own next number is {next}.',
      trigger:
        'The RST of the {side} carries the sequence number of the segment that it answers ({seq}) in place of its ACK number ({acknowledged}).',
      zero: 'The RST of the {side} has sequence number 0 though every segment that it can answer carries ACK: it should be {acknowledged}.',
      refusal:
        'The RST in the name of the {side} answers {what} and acknowledges {ack}; {due} is due, and what acknowledges less is ignored.',
      noAck:
        'The RST in the name of the {side} answers {what}, and has sequence number {seq} and no ACK; due are sequence number 0 and an ACK of {due}.',
    },
    refutedBy: 'A segment of the peer with that ACK number, which the capture does not have.',
    waits: null,
    docs: {
      what: 'An RST has one of three shapes: the answer to a segment with ACK (its ACK number as sequence number), the answer to one without (sequence number 0 and an ACK of it), or an abort (the next number to send). This one fits none.',
      why: 'A receiver that follows RFC 5961 ignores it or asks back with a challenge ACK: the connection that it should end lives on at the peer.',
      legitimate:
        'Where the sender’s next number is not known (it is neither closed nor has it sent a FIN, or packets are missing) no shape can be checked and the rule keeps silent, as it does on an RST with another TTL than the side’s other packets. Some stacks set ACK in an RST that answers a segment with ACK: the sequence number counts. A refusal may come from a firewall in the listener’s name.',
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
  concerns: (connection) => traitsOf(connection).resets > 0,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  if (!sentBy(connection, side).some(({ segment }) => has(segment, RST))) return [];
  const refused = refusalsOf(connection, side);
  return refused.length > 0 ? refused : wrongNumbers(connection, side);
}

/**
 * RSTs of a side that never sent anything else, to segments without ACK only: SYNs, or a FIN without ACK. It has no
 * connection, and due is sequence number 0 with an ACK of the segment (RFC 9293 3.5.2 group 1, 3.10.7.1).
 */
function refusalsOf(connection: Connection, side: Side): Fact[] {
  const { segments, holes } = connection.flow;
  const asked = sentBy(connection, peerOf(side));
  const own = sentBy(connection, side);
  if (asked.length === 0 || asked.some(({ segment: s }) => has(s, ACK) || has(s, RST))) return [];
  if (own.some(({ segment }) => !has(segment, RST))) return [];
  if (holes.client + holes.server > 0 || connection.flow.unlogged > 0) return [];
  const wrong = own.filter(({ segment, index }) => {
    const before = segments.slice(0, index).filter((s) => s.from !== side);
    return before.length > 0 && !isRefusal(connection, segment, before);
  });
  const [first] = wrong;
  if (!first) return [];
  const trigger = segments.slice(0, first.index).findLast((s) => s.from !== side);
  const { segment } = first;
  return [
    {
      message: isBareRst(segment) ? 'noAck' : 'refusal',
      tier: 'violation',
      side,
      frames: [...(trigger ? [trigger.frame] : []), ...wrong.map((one) => one.segment.frame)],
      evidence: {
        what: trigger && has(trigger, SYN) ? 'a SYN' : 'a segment without ACK',
        seq: segment.seq >>> 0,
        ack: isBareRst(segment) ? null : segment.ack >>> 0,
        due: trigger ? endOf(trigger) >>> 0 : null,
      },
    },
  ];
}

/** The RST may answer one of the segments `asked`, none of which has ACK; or something that the capture does not show. */
function isRefusal(connection: Connection, reset: LoggedSegment, asked: readonly LoggedSegment[]): boolean {
  if (!isBareRst(reset)) {
    const acknowledges = asked.some(
      // RFC 7413 4.1.2: what is behind a SYN may count, or the SYN alone.
      (s) => endOf(s) === reset.ack || (has(s, SYN) && advance(s.seq, 1) === reset.ack),
    );
    if (acknowledges || connection.previous) return acknowledges || !isInFront(reset, asked);
    // With a SYN,ACK that the capture lacks it may acknowledge more, but then the SYN does not come again.
    return !isInFront(reset, asked) && !isAskedAgain(connection, reset);
  }
  // The old life of the 4-tuple may have asked for it.
  if (connection.previous) return true;
  // Not obeyed, since no SYN,ACK had come that it could be about; or a number that no SYN,ACK was about.
  return !isAskedAgain(connection, reset) && reset.seq !== 0;
}

/** It acknowledges less than what one of the segments takes up. */
function isInFront(reset: LoggedSegment, asked: readonly LoggedSegment[]): boolean {
  return asked.some((s) => atOrAfter(reset.ack, s.seq) && before(reset.ack, endOf(s)));
}

function isAskedAgain(connection: Connection, reset: LoggedSegment): boolean {
  return sentBy(connection, peerOf(reset.from)).some(({ segment }) => segment.frame > reset.frame);
}

/** RSTs behind the side's own FIN, or behind its end: there its next number to send is known. */
function wrongNumbers(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const acknowledged = highestAck(connection, peer);
  if (acknowledged === null || gapOf(connection, side) || gapOf(connection, peer)) return [];
  const { replay, flow } = connection;
  const fin = finOf(connection, side);
  const next = fin ? latest(replay.fins[side].sentEnd, fin.end) : replay.fins[side].sentEnd;
  const standing = replay.readings[side].resets;
  return sentBy(connection, side).flatMap(({ segment, index }) => {
    if (!has(segment, RST) || !standing.includes(index)) return [];
    const finSent = fin !== null && (fin.copies[0] ?? 0) < index;
    const closed = standing.some((one) => one < index);
    if (!finSent && !closed && !isGone(connection, side, index)) return [];
    // Another TTL: somebody else may have sent it, and forged numbers are not this side's.
    const own = flow.segments.slice(0, index).findLast((s) => s.from === side && !has(s, RST));
    if (!own || own.ttl !== segment.ttl) return [];
    const trigger = flow.segments.slice(0, index).findLast((s) => s.from === peer);
    const message = wrongNumber(connection, segment, index, latest(next, acknowledged), trigger);
    if (message === null) return [];
    return [
      {
        message,
        // Where its stream ends is proved by its FIN. Else the capture may lack what would explain the number.
        tier: finSent && isAlone(connection) ? ('violation' as const) : ('suspect' as const),
        side,
        frames: [...(trigger ? [trigger.frame] : []), segment.frame],
        evidence: { seq: segment.seq >>> 0, acknowledged: acknowledged >>> 0, next: next >>> 0 },
      },
    ];
  });
}

/** No other life of the 4-tuple can have asked for an RST. */
function isAlone({ previous, flow }: Connection): boolean {
  const { segments, followed } = flow;
  const isAnother = segments.some((s) => has(s, SYN) && s.seq !== initialOf(segments, s.from));
  return previous === null && !followed && !isAnother;
}

/** What is wrong with the number of an RST whose sender had sent up to `next`; null where nothing is. */
function wrongNumber(
  connection: Connection,
  reset: LoggedSegment,
  index: number,
  next: number,
  trigger: LoggedSegment | undefined,
): 'zero' | 'ahead' | 'trigger' | 'below' | null {
  const { segments, opened } = connection.flow;
  const asked = segments.slice(0, index).filter((s) => s.from !== reset.from);
  if (reset.seq === next || asked.some((s) => has(s, ACK) && s.ack === reset.seq)) return null;
  if (reset.seq === 0) return fitsZero(connection, reset, asked) ? null : 'zero';
  const start = sentBy(connection, reset.from)[0]?.segment.seq ?? next;
  // A number of its own stream may be that of an old segment which was not kept.
  if (atOrAfter(reset.seq, start) && atOrBefore(reset.seq, next)) return null;
  if (trigger && trigger.seq === reset.seq && isBareRst(reset)) return 'trigger';
  if (after(reset.seq, next)) return 'ahead';
  return opened ? 'below' : null;
}

/** Behind the RST its peer asked again and again, and it never said anything more. */
function isGone({ flow: { segments } }: Connection, side: Side, index: number): boolean {
  const later = segments.slice(index + 1);
  return later.every((s) => s.from !== side) && later.some((s) => s.unanswered >= GONE && s.length > 0);
}

/** Sequence number 0 answers a segment without ACK, whose end it acknowledges; or it happens to be the right number. */
function fitsZero(connection: Connection, reset: LoggedSegment, asked: readonly LoggedSegment[]): boolean {
  if (isBareRst(reset)) return false;
  if (asked.some((s) => !has(s, ACK) && endOf(s) === reset.ack)) return true;
  // It acknowledges what this connection never had: a SYN of the next incarnation that the capture lacks.
  const { sentEnd } = connection.replay.fins[peerOf(reset.from)];
  const first = asked.find((s) => !has(s, RST))?.seq ?? sentEnd;
  return before(reset.ack, first) || after(reset.ack, sentEnd);
}
