import { RST } from '../decode/segment.ts';
import { covers } from '../machine/fin.ts';
import { has } from '../machine/logged-segment.ts';
import { twoMslOf } from '../machine/profile.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { triggerOf } from '../machine/trigger.ts';
import {
  at,
  contextOf,
  finOf,
  framesOf,
  SECOND,
  SHORTEST_TIME_WAIT,
  secondCloser,
  seconds,
} from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const timeWaitCutShort: Rule = {
  meta: {
    id: 'time-wait-cut-short',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.6.1 (MUST-13), 3.10.7.4',
    summary: 'The first closer answered a retransmitted FIN with RST: it kept no TIME_WAIT',
    messages: {
      kept: 'The {side} acknowledged the FIN of the {peer} and {waited} s later answered a copy of it with RST: it kept no TIME_WAIT.',
      unseen:
        'The {side} answered a copy of the FIN of the {peer} with RST {waited} s after the first: it kept no TIME_WAIT, or no FIN_WAIT_2 before.',
    },
    refutedBy: 'An RST of the peer, or the end of 2MSL, before that copy.',
    waits: null,
    docs: {
      what: 'The side that closed first has to stay in TIME_WAIT for 2MSL, so that it can acknowledge the last FIN again when its ACK was lost. Here the FIN came again and met nothing: RST.',
      why: 'The peer’s close fails with ECONNRESET though everything had been exchanged, and late segments of this connection may be taken for those of the next one on the same ports.',
      legitimate:
        'A host whose TIME_WAIT table is full (tcp_max_tw_buckets) or that rebooted. After 2MSL it is right: how long that is differs between stacks, so only what comes within 10 s is called a violation.',
      action:
        'Look for tcp_max_tw_buckets overflows ("TCP: time wait bucket table overflow"), SO_LINGER 0 after shutdown(), a container or network namespace that was removed, a load balancer that recycles ports at once.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > R   2:2(0)`,
    },
  },
  concerns: ({ flow, replay }) =>
    SIDES.some((side) => (replay.fins[side].inForce?.copies.length ?? 0) > 1) &&
    flow.segments.some((s) => has(s, RST)),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

/** `side` is the one that should be in TIME_WAIT. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay, profile } = connection;
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const own = finOf(connection, side);
  // Only the first closer, and both of crossing ones, keep TIME_WAIT; its FIN has to be acknowledged.
  if (!fin || !own || own.coveredAt === null || secondCloser(connection) === side) return [];
  const context = contextOf(connection);
  for (const [index, reset] of flow.segments.entries()) {
    if (reset.from !== side || !has(reset, RST)) continue;
    const trigger = triggerOf(context, side, index);
    const earlier = fin.copies.filter((copy) => trigger !== null && copy < trigger);
    if (trigger === null || !fin.copies.includes(trigger) || earlier.length === 0) continue;
    const peerReset = flow.segments.some((s, n) => n < index && s.from === peer && has(s, RST));
    if (peerReset || !replay.readings[side].resets.includes(index)) return [];
    const peersEnd = replay.fins[peer].sentEnd;
    const acknowledged = flow.segments.findIndex((s) => s.from === side && covers(s, fin.end, peersEnd));
    const kept = acknowledged >= 0 && acknowledged < trigger;
    const began = at(connection, kept ? acknowledged : (earlier[0] ?? null));
    const waited = reset.time - (began?.time ?? reset.time);
    if (waited > twoMslOf(profile)) return [];
    // An orphan may be gone from FIN_WAIT_2 before the first copy came. When it got there may not have been captured.
    const closed = at(connection, own.copies[0] ?? null);
    if (
      !kept &&
      profile.finWait2 !== null &&
      closed &&
      reset.time - closed.time > profile.finWait2 * SECOND
    ) {
      return [];
    }
    return [
      {
        message: kept ? 'kept' : 'unseen',
        tier: kept && waited <= SHORTEST_TIME_WAIT * SECOND ? 'violation' : 'suspect',
        side,
        frames: [...framesOf(connection, fin.copies), ...(began ? [began.frame] : []), reset.frame],
        evidence: { waited: seconds(waited), finEnd: fin.end >>> 0, seq: reset.seq >>> 0 },
      },
    ];
  }
  return [];
}
