import { ACK, RST } from '../../decode/segment.ts';
import { has, isBareRst } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { highestAck, nearSideOf, sentBy } from '../facts/facts.ts';
import { wasSentBehind } from '../facts/going-on.ts';
import { looksLikeSender, ttlsOf } from '../facts/identity.ts';
import { rejectedBy } from '../facts/rejected-segment.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const rstInSynchronized: Rule = {
  meta: {
    id: 'rst-in-synchronized',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.5.2 group 3',
    label: '{side} resets where an ACK is due',
    summary: 'A side answered an unacceptable segment of a live connection with RST',
    messages: {
      answered:
        'The {side} answered a segment outside of its window ({seq}, expected {expected}) with RST and kept the connection; an ACK was due.',
    },
    refutedBy: 'Proof that the RST was sent by something else in its name.',
    waits: null,
    docs: {
      what: 'In a synchronized state an unacceptable segment draws an ACK, never an RST. Here it drew an RST, and the side went on with the connection afterwards.',
      why: 'One old duplicate is enough to end a good connection: the peer obeys the RST.',
      legitimate:
        'Firewalls and censors on the path make such RSTs in the name of a side: away from that side it is a suspicion only. With a TTL unlike the side’s own it is reported as rst-injected.',
      action:
        'A firewall with connection tracking on that host is the usual suspect: it calls out-of-window segments invalid and rejects them with RST. Drop them instead (nf_conntrack_tcp_be_liberal, or REJECT only new connections).',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +1     > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 101`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +1     > P.  1:101(100) ack 1
        +0     < R   1:1(0)
        +1     < P.  1:51(50) ack 101
        +.01   > .   101:101(0) ack 51`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasBareReset,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const { replay } = connection;
  const near = nearSideOf(connection) === side;
  const ttls = ttlsOf(connection, side);
  const own = sentBy(connection, side);
  return own.flatMap((reset) => {
    const { segment, index } = reset;
    // It went on: the RST does not stand.
    if (!isBareRst(segment) || replay.readings[side].resets.includes(index)) return [];
    if (!looksLikeSender(connection, side, segment)) return [];
    const trigger = rejectedBy(connection, side, index)?.trigger;
    const expected = highestAck(connection, side, index);
    if (!trigger || expected === null) return [];
    // It has to speak of the connection itself afterwards, with what only its owner knows.
    const alive = own.some(
      (one) =>
        one.index > index &&
        !has(one.segment, RST) &&
        has(one.segment, ACK) &&
        wasSentBehind(connection, reset, one),
    );
    if (!alive) return [];
    return [
      {
        message: 'answered',
        // Something on the path may have its distance; next to the side, with exactly its TTL, it is that side.
        tier: near && ttls.includes(segment.ttl) ? ('violation' as const) : ('suspect' as const),
        side,
        frames: [trigger.frame, segment.frame],
        evidence: { seq: trigger.seq >>> 0, expected: expected >>> 0 },
      },
    ];
  });
}
