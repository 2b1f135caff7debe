import { ACK, RST, SYN } from '../../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { initialOf } from '../../machine/reset.ts';
import { after, before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { triggerOf } from '../../machine/trigger.ts';
import { at, contextOf, finOf, roundTrips, seconds, sentBy } from '../facts/facts.ts';
import type { Connection, Rule } from '../rule.ts';

export const timeWaitAssassinated: Rule = {
  meta: {
    id: 'time-wait-assassinated',
    tiers: ['suspect', 'note'],
    clause: 'RFC 1337',
    label: 'late segment ends a TIME_WAIT',
    summary: 'An old segment into TIME_WAIT, its ACK, and the RST that ended the TIME_WAIT',
    messages: {
      segment:
        'A late segment of the {sender} drew an ACK from the TIME_WAIT of the {holder}, and the RST that answered it ended that TIME_WAIT after {lasted} s.',
      syn: 'A SYN of the {sender} into the TIME_WAIT of the {holder} drew an ACK, and the RST that answered it, as RFC 9293 3.10.7.3 asks, ended that TIME_WAIT after {lasted} s.',
      hazard:
        'A late segment of the {sender} drew an ACK from the TIME_WAIT of the {holder}, the RST that answered it ended that TIME_WAIT after {lasted} s, and {later} more segments of the old connection came behind it.',
    },
    refutedBy: 'A later segment that shows that the TIME_WAIT went on (RFC 1337 fix, tcp_rfc1337=1).',
    waits: null,
    docs: {
      what: 'A segment of the closed connection arrives in TIME_WAIT and is acknowledged, as it must be. Its sender’s host has no connection any more and answers the ACK with RST, which ends the TIME_WAIT before its time.',
      why: 'From then on nothing keeps old segments out of the next connection on the same ports: the hazards H1 to H3 of RFC 1337.',
      legitimate:
        'It happens by itself on most stacks, Linux included (unless net.ipv4.tcp_rfc1337 is set), whenever a late copy comes. It is a hazard and nobody’s fault, so it names no side and is a note. Only where segments of the old connection still came behind it, it is a suspicion that they may harm the next one. A TIME_WAIT that goes on answering was not ended, and is not reported.',
      action:
        'Where ports are reused fast, enable TCP timestamps on both sides, or tcp_rfc1337 on the side that closes first.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +.5    < P.  1:101(100) ack 1
        +0     > .   1:1(0) ack 101
        +1     > F.  1:1(0) ack 101
        +.01   < F.  101:101(0) ack 2
        +0     > .   2:2(0) ack 102
        +.1    < P.  1:101(100) ack 1
        +0     > .   2:2(0) ack 102
        +.01   < R   102:102(0)`,
    },
  },
  concerns: ({ replay }) => replay.transitions.some((t) => t.from === 'TIME_WAIT' && t.on === 'receive RST'),
  check: (connection) => {
    const { flow, replay } = connection;
    const context = contextOf(connection);
    return replay.transitions.flatMap((ended) => {
      if (ended.from !== 'TIME_WAIT' || ended.on !== 'receive RST') return [];
      const rst = flow.segments.findIndex((s) => s.frame === ended.cause && has(s, RST));
      const reset = at(connection, rst);
      const peer = peerOf(ended.side);
      if (!reset || reset.from !== peer || !isBareRst(reset)) return [];
      const entered = replay.transitions.findLast((t) => t.side === ended.side && t.to === 'TIME_WAIT');
      const ack = at(connection, triggerOf(context, peer, rst));
      // What the ACK answers: the peer's segment right before it, from after the entry into TIME_WAIT.
      const late = flow.segments.findLast(
        (s) =>
          s.from === peer &&
          !has(s, RST) &&
          ack !== null &&
          s.frame < ack.frame &&
          ack.time - s.time <= roundTrips(connection, 1) &&
          entered !== undefined &&
          entered.frame !== null &&
          s.frame > entered.frame,
      );
      if (!ack || !late || !entered || !has(ack, ACK) || survived(connection, ended.side, entered.time))
        return [];
      const later = sentBy(connection, peer).filter(
        ({ segment: s, index }) => index > rst && !has(s, SYN) && !has(s, RST) && isOld(connection, peer, s),
      );
      const isSyn = has(late, SYN);
      return [
        {
          message: later.length > 0 ? 'hazard' : isSyn ? 'syn' : 'segment',
          tier: later.length > 0 ? ('suspect' as const) : ('note' as const),
          side: null,
          frames: [
            late.frame,
            ack.frame,
            reset.frame,
            ...later.slice(0, 8).map(({ segment }) => segment.frame),
          ],
          evidence: {
            sender: peer,
            holder: ended.side,
            lasted: seconds(reset.time - entered.time),
            later: later.length,
          },
        },
      ];
    });
  },
};

/** Behind an RST of the peer the side spoke from its TIME_WAIT again: RSTs do not end it (RFC 1337, fix F1). */
function survived(connection: Connection, side: Side, since: number): boolean {
  const own = finOf(connection, side);
  const rst = sentBy(connection, peerOf(side)).find(
    ({ segment }) => has(segment, RST) && segment.time >= since,
  );
  return sentBy(connection, side).some(
    ({ segment: s, index }) =>
      rst !== undefined && index > rst.index && !has(s, RST) && !has(s, SYN) && s.seq === own?.end,
  );
}

/** Its numbers are ones that the side had sent on this connection, and not those of a later one on the same ports. */
function isOld({ flow, replay }: Connection, side: Side, segment: LoggedSegment): boolean {
  const isn = initialOf(flow.segments, side);
  const isInFront = isn !== null && before(segment.seq, isn);
  return !isInFront && !after(endOf(segment), replay.fins[side].sentEnd);
}
