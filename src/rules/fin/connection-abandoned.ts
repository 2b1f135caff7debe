import { peerOf } from '../../machine/state.ts';
import { gapOf, seconds } from '../facts/facts.ts';
import type { Rule } from '../rule.ts';

export const connectionAbandoned: Rule = {
  meta: {
    id: 'connection-abandoned',
    tiers: ['suspect', 'inconclusive'],
    clause: 'RFC 9293 3.5.1',
    label: 'port opened anew, old connection never closed',
    summary: 'The 4-tuple was opened anew while the old connection had seen neither FIN nor RST',
    messages: {
      abandoned:
        'The {side} opened the same 4-tuple again {interval} s after the last segment of a connection that nobody had closed: no FIN, no RST.',
      gap: 'The 4-tuple was opened again and no FIN or RST of the old connection was captured, but that proves nothing: {gap}.',
    },
    refutedBy: 'A FIN or RST of the old connection that the capture does not have.',
    waits: null,
    docs: {
      what: 'A SYN on a 4-tuple that was still ESTABLISHED, and the other side accepted it. The opener has lost its end of the old connection without telling its peer: a crash, a reboot, a NAT that dropped the mapping and gave the port to another host.',
      why: 'Until the new SYN came, the peer kept the old connection: half-open (RFC 9293 3.5.1). Whatever it had sent into it is lost, and both sides may think differently about how much arrived.',
      legitimate:
        'A host that rebooted, or power that failed. Load generators that reuse ports without closing. A capture that lost the FINs.',
      action:
        'See what happened to the opener right before: restarts, NAT time-outs shorter than the keep-alive interval, a client that drops sockets without close(). Keep-alive below the NAT time-out removes the usual cause.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > R.  1:1(0) ack 1
        @ isn client 9000000
        @ isn server 9500000
        +9     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        @ isn client 9000000
        @ isn server 9500000
        +9     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
    },
  },
  concerns: ({ flow }) => flow.reopened !== null,
  check: (connection) => {
    const { flow, close, replay } = connection;
    const { reopened } = flow;
    if (!reopened || (close.kind !== 'open' && close.kind !== 'partial')) return [];
    const closing = flow.segments.some((s) => (s.flags & 0x05) !== 0);
    const wasOpen = replay.transitions.some((t) => t.on === 'reopen' && t.from === 'ESTABLISHED');
    if (closing || !wasOpen) return [];
    // The new opener is who sent the SYN: it has lost its end of the old connection.
    const side = reopened.opener;
    const gap =
      gapOf(connection, side) ??
      gapOf(connection, peerOf(side)) ??
      (flow.opened ? null : 'the capture began mid-stream');
    return [
      {
        message: gap ? 'gap' : 'abandoned',
        tier: gap ? 'inconclusive' : 'suspect',
        side,
        frames: [flow.frames.last, reopened.frame],
        evidence: { interval: seconds(reopened.time - flow.ended), gap },
      },
    ];
  },
};
