import { ACK, RST, SYN } from '../decode/segment.ts';
import { has, isBareRst } from '../machine/logged-segment.ts';
import { peerOf } from '../machine/state.ts';
import { triggerOf } from '../machine/trigger.ts';
import { at, contextOf, roundTrips, seconds } from './facts.ts';
import type { Rule } from './rule.ts';

export const timeWaitAssassinated: Rule = {
  meta: {
    id: 'time-wait-assassinated',
    tiers: ['suspect'],
    clause: 'RFC 1337',
    summary: 'An old segment into TIME_WAIT, its ACK, and the RST that ended the TIME_WAIT',
    messages: {
      segment:
        'A late segment of the {side} drew an ACK from TIME_WAIT, and the RST that answered it ended the TIME_WAIT after {lasted} s.',
      syn: 'A SYN of the {side} into TIME_WAIT drew an ACK, and the RST that answered it ended the TIME_WAIT after {lasted} s.',
    },
    refutedBy: 'A later segment that shows that the TIME_WAIT went on (RFC 1337 fix, tcp_rfc1337=1).',
    waits: null,
    docs: {
      what: 'A segment of the closed connection arrives in TIME_WAIT and is acknowledged, as it must be. Its sender’s host has no connection any more and answers the ACK with RST, which ends the TIME_WAIT before its time.',
      why: 'From then on nothing keeps old segments out of the next connection on the same ports: the hazards H1 to H3 of RFC 1337.',
      legitimate:
        'It happens by itself on most stacks, Linux included (unless net.ipv4.tcp_rfc1337 is set), whenever a late copy comes. It is a hazard, not anybody’s fault.',
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
      const rst = flow.segments.findIndex((s) => s.frame === ended.frame && has(s, RST));
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
      if (!ack || !late || !entered || !has(ack, ACK)) return [];
      return [
        {
          message: has(late, SYN) ? 'syn' : 'segment',
          tier: 'suspect' as const,
          side: peer,
          frames: [late.frame, ack.frame, reset.frame],
          evidence: { lasted: seconds(reset.time - entered.time) },
        },
      ];
    });
  },
};
