import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { after, distance } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { acknowledgedAhead, finOf, isNewData, roundTrips, sentBy, streamOf } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const ackOfUnsent: Rule = {
  meta: {
    id: 'ack-of-unsent',
    tiers: ['violation', 'inconclusive'],
    clause: 'RFC 9293 3.10.7.4 step 5',
    label: '{side} acknowledges what was never sent',
    summary: 'During closing a side acknowledged a number that its peer never sent',
    messages: {
      unsent:
        'The {side} acknowledged {ack}, but the {peer} had sent no more than {sent}: later its next number to send was still {next}.',
      gap: 'The {side} acknowledged {ack} and the capture has nothing of the {peer} beyond {sent}: what is missing cannot be told from what was never sent.',
    },
    refutedBy: 'Data of the peer up to that number, which the capture does not have.',
    waits: null,
    docs: {
      what: 'While the connection closes, one side acknowledges bytes that its peer has not sent.',
      why: 'Such an ACK is not acceptable and is answered with an ACK; two stacks that disagree about the numbers can go on doing that forever (an ACK storm) and never close.',
      legitimate:
        'A capture that lost packets shows the same, which is why the rule speaks of a violation only when the peer itself sends its data again and shows later that its next number to send is lower. A device that changes the length of the stream, recorded on both of its sides, shows it without that.',
      action:
        'Look for a device that changes the length of the stream in one direction without translating the numbers in the other.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < F.  1:1(0) ack 101
        +0     > .   101:101(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < F.  1:1(0) ack 201
        +0     > .   101:101(0) ack 2
        +.2    > P.  1:101(100) ack 2
        +.5    > .   101:101(0) ack 2`,
    },
  },
  concerns: ({ close }) => close.kind !== 'open' && close.kind !== 'partial' && close.kind !== 'unanswered',
  check: (connection) => ofBothSides(connection, checkSide),
};

/** An RST may carry text (RFC 9293 3.5.3), which takes no sequence space; a stack that counts it acknowledges that. */
function isOfReset(connection: Connection, side: Side, ack: number, until: number): boolean {
  return sentBy(connection, peerOf(side)).some(
    ({ segment: s, index }) => index < until && has(s, RST) && s.length > 0 && ack === endOf(s),
  );
}

function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  // With a FIN in force the end of the peer's stream is known: ack-past-fin.
  if (finOf(connection, peer)) return [];
  const { segments } = connection.flow;
  const begins = segments.findIndex((s) => has(s, FIN) || has(s, RST));
  const theirs = streamOf(connection, peer);
  const sent = connection.replay.fins[peer].sentEnd;
  const past = sentBy(connection, side).filter(
    ({ segment, index }) =>
      index >= begins &&
      begins >= 0 &&
      has(segment, ACK) &&
      !has(segment, RST) &&
      !has(segment, SYN) &&
      after(segment.ack, sent) &&
      !isOfReset(connection, side, segment.ack, index),
  );
  const [first] = past;
  if (!first || theirs.length === 0) return [];
  // A pure ACK carries SND.NXT; one or zero below it is a keep-alive.
  // A capture that began mid-stream does not show whether the two agreed about the numbers before.
  const before = !connection.flow.opened || acknowledgedAhead(connection, side, begins);
  // Where the peer does not send again what such an ACK cannot acknowledge, a device between the two has translated it.
  const repeated = theirs.some(
    ({ segment, index }) => index > first.index && segment.length > 0 && !isNewData(segment),
  );
  const shown =
    before || !repeated
      ? undefined
      : theirs.find(
          ({ segment }) =>
            segment.length === 0 &&
            !has(segment, SYN) &&
            segment.time > first.segment.time + roundTrips(connection, 2) &&
            distance(segment.seq, first.segment.ack) > 1,
        );
  return [
    {
      message: shown ? 'unsent' : 'gap',
      tier: shown ? 'violation' : 'inconclusive',
      side,
      frames: [
        ...past.slice(0, 8).map(({ segment }) => segment.frame),
        ...(shown ? [shown.segment.frame] : []),
      ],
      evidence: {
        ack: first.segment.ack >>> 0,
        sent: sent >>> 0,
        next: shown ? shown.segment.seq >>> 0 : null,
      },
    },
  ];
}
