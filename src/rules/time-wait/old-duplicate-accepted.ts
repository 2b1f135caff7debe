import { ACK, RST, SYN } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { after } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { roundTrips, sentBy, sideInPrevious } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const oldDuplicateAccepted: Rule = {
  meta: {
    id: 'old-duplicate-accepted',
    tiers: ['violation'],
    clause: 'RFC 9293 3.4.2, RFC 1337 H1',
    label: '{side} accepts data of the old connection',
    summary: 'A connection acknowledged bytes that only its predecessor on the same ports had sent',
    messages: {
      accepted:
        'The {side} acknowledged {ack} right after a late segment of the old connection that ends there; in this connection the {peer} had sent no more than {sent}.',
    },
    refutedBy: 'Data of the new connection up to that number, which the capture does not have.',
    waits: null,
    docs: {
      what: 'A late segment of the previous connection on the same 4-tuple fell into the window of the new one and was taken as its data.',
      why: 'The application reads bytes that were never sent to it: silent corruption, with a right checksum. It is what TIME_WAIT and timestamps (PAWS) are there to prevent.',
      legitimate: 'None.',
      action:
        'Enable TCP timestamps. Find what reuses ports before TIME_WAIT is over: see time-wait-unsafe-reuse.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        @ isn client 1100000
        @ isn server 5100000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 101`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +.1    > F.  101:101(0) ack 1
        +.01   < F.  1:1(0) ack 102
        +0     > .   102:102(0) ack 2
        @ isn client 999999
        @ isn server 5100000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +.1    > P.  =1000001:1000101(100) ack =5000001
        +0     < .   1:1(0) ack =1000101
        +.1    > F.  1:1(0) ack 1`,
    },
  },
  concerns: ({ previous }) => previous?.flow.reopened != null,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that took the old data. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { previous, replay } = connection;
  const opened = previous?.flow.reopened?.time;
  if (!previous || opened === undefined) return [];
  const peer = peerOf(side);
  const oldPeer = sideInPrevious(connection, previous, peer);
  const late = previous.flow.segments.filter(
    (s) => s.from === oldPeer && s.time > opened && s.length > 0 && !has(s, SYN) && !has(s, RST),
  );
  const sent = replay.fins[peer].sentEnd;
  return late.flatMap((stray) => {
    const accepted = sentBy(connection, side).find(
      ({ segment }) =>
        segment.frame > stray.frame &&
        segment.time - stray.time <= roundTrips(connection, 2) &&
        has(segment, ACK) &&
        !has(segment, RST) &&
        segment.ack === endOf(stray) &&
        after(segment.ack, sent),
    )?.segment;
    if (!accepted) return [];
    return [
      {
        message: 'accepted',
        tier: 'violation' as const,
        side,
        frames: [stray.frame, accepted.frame],
        evidence: { ack: accepted.ack >>> 0, sent: sent >>> 0 },
      },
    ];
  });
}
