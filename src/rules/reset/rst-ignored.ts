import { ACK, RST } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { atOrBefore } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { gapOf, highestAck, nearSideOf, roundTrips, seconds, sentBy, stateBefore } from '../facts/facts.ts';
import { wasSentBehind } from '../facts/going-on.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const rstIgnored: Rule = {
  meta: {
    id: 'rst-ignored',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.5.3, RFC 5961 3.2',
    label: '{side} ignores a valid RST',
    summary: 'A side went on after an RST that was exactly at its next expected number',
    messages: {
      near: 'The {side} received an exact RST (sequence number {seq}, as it had just acknowledged) and went on {later} s later.',
      far: 'An exact RST for the {side} was captured (sequence number {seq}), and it went on {later} s later: it ignored the RST, or did not receive it.',
    },
    refutedBy: 'Proof that the RST never reached that side.',
    waits: null,
    docs: {
      what: 'An RST whose sequence number is exactly the next one expected ends a connection. Here the receiver went on as if nothing had come, later than anything that can have been in flight.',
      why: 'The sender of the RST has forgotten the connection; whatever the receiver sends is lost, and each of its segments draws another RST.',
      legitimate:
        'The RST was lost behind the capture point, or dropped by a firewall on the receiving host. In TIME_WAIT an RST may be ignored (RFC 1337), and on a signed connection (TCP-AO, MD5) an RST without signature must be; neither is reported. Nor is an RST with data or a FIN of its sender still under way before it: those move the number that is expected.',
      action:
        'Record next to the receiver. Look for firewall rules that drop RST (a known trick against injected RSTs).',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < P.  1:101(100) ack 1
        +0     > .   1:1(0) ack 101
        +0     < R.  101:101(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < P.  1:101(100) ack 1
        +0     > .   1:1(0) ack 101
        +0     < R.  101:101(0) ack 1
        +1     > P.  1:101(100) ack 101`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasStandingReset,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that received the RST. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { segments } = connection.flow;
  const peer = peerOf(side);
  for (const index of connection.replay.readings[peer].resets) {
    const reset = segments[index];
    // Behind unanswered probes or retransmissions the peer is not reached by anything.
    if (!reset || reset.unanswered >= 2) continue;
    if (connection.flow.announced[peer].signed) continue;
    if (highestAck(connection, side, index) !== reset.seq || !isExactForCertain(connection, peer, index))
      continue;
    const state = stateBefore(connection, side, reset.frame, reset.time);
    if (state === 'TIME_WAIT' || state === 'CLOSED' || state === 'SYN_SENT') continue;
    const before = sentBy(connection, side).findLast((one) => one.index < index && !has(one.segment, RST));
    const on = sentBy(connection, side).filter(
      (one) =>
        one.index > index &&
        !has(one.segment, RST) &&
        has(one.segment, ACK) &&
        one.segment.time > reset.time + roundTrips(connection, 2) &&
        // What was overtaken on the way is no sign of going on.
        (before === undefined || wasSentBehind(connection, before, one)),
    );
    const [first] = on;
    if (!first) continue;
    const near =
      nearSideOf(connection) === side && !gapOf(connection, side) && !gapOf(connection, peerOf(side));
    return [
      {
        message: near ? 'near' : 'far',
        tier: near ? 'violation' : 'suspect',
        side,
        frames: [reset.frame, ...on.slice(0, 4).map(({ segment }) => segment.frame)],
        evidence: { seq: reset.seq >>> 0, later: seconds(first.segment.time - reset.time) },
      },
    ];
  }
  return [];
}

/**
 * Nothing of the RST's sender was under way when it sent it: what came before, its FIN most of all, would have moved
 * the number that the receiver expects.
 */
function isExactForCertain({ flow }: Connection, sender: Side, index: number): boolean {
  const reset = flow.segments[index];
  return flow.segments.every(
    (s, at) =>
      at >= index ||
      s.from !== sender ||
      has(s, RST) ||
      !reset ||
      (atOrBefore(endOf(s), reset.seq) && atOrBefore(s.highBefore, reset.seq)),
  );
}
