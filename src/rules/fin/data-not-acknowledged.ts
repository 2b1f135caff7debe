import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { advance, after, atOrBefore, unsigned } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  finOf,
  framesOf,
  gapOf,
  highestAck,
  resetOf,
  roundTrips,
  SECOND,
  type Sent,
  seconds,
  sentBy,
  watchedUntil,
} from '../facts/facts.ts';
import { isBareAnswer, reasonToDrop } from '../facts/receivable.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Copies of the same data that it takes. */
const ENOUGH = 3;
/** Seconds of silence behind so many copies, at least: the initial RTO of RFC 6298. */
const WAIT = 1;

export const dataNotAcknowledged: Rule = {
  meta: {
    id: 'data-not-acknowledged',
    tiers: ['suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6, 3.10.7.4 step 7',
    label: '{side} acknowledges no data after its FIN',
    summary: 'Data behind a half-close came again and again and were never acknowledged',
    messages: {
      refused:
        'The {side} had closed its direction, and answered {answers} of {copies} copies of the data of the {peer} with the ACK number in front of them, {ack}; its window was open.',
      silent:
        'The {side} had closed its direction, and nothing of it answered {copies} copies of the data of the {peer}: it is silent, or cannot be reached.',
    },
    refutedBy: 'An ACK of that side whose number covers the data, or an RST of it.',
    waits: WAIT,
    docs: {
      what: 'After its FIN a side still has to take what its peer sends (FIN_WAIT_1 and FIN_WAIT_2 process data like ESTABLISHED), or to answer with RST when nobody reads any more. Here the same data came three times or more, and the answers stayed in front of them, or there were none.',
      why: 'The peer sends again and again until it gives up, minutes later, and cannot close before: its FIN stands behind that data.',
      legitimate:
        'Silence alone does not say who is gone, the host or the path, so it decides nothing. Data that have to be dropped are not held against anybody: a window of zero, a hole in front of them, a timestamp older than one before it, a wrong checksum.',
      action:
        'Record next to that side. A stack or a proxy that forgets to read after close() should send RST; one that drops data in FIN_WAIT_2 has a defect.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.5    < P.  1:101(100) ack 2
        +0     > .   2:2(0) ack 101`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.5    < P.  1:101(100) ack 2
        +0     > .   2:2(0) ack 1
        +.2    < P.  1:101(100) ack 2
        +0     > .   2:2(0) ack 1
        +.4    < P.  1:101(100) ack 2
        +0     > .   2:2(0) ack 1
        +.8    < P.  1:101(100) ack 2
        +0     > .   2:2(0) ack 1`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete' || close.kind === 'reset-after-fin',
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` has closed and should acknowledge what its peer still sends. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const own = finOf(connection, side);
  const acknowledged = highestAck(connection, side);
  const peersFin = finOf(connection, peer);
  if (!own || acknowledged === null || (peersFin && peersFin.coveredAt !== null)) return [];
  const copies = copiesBehind(connection, side, acknowledged);
  if (copies.length < ENOUGH || gapOf(connection, side) || gapOf(connection, peer)) return [];
  const answers = copies.filter(
    ({ index }) => isBareAnswer(connection, index + 1) && at(connection, index + 1)?.ack === acknowledged,
  );
  const since = copies[0]?.segment.time ?? 0;
  const heard = sentBy(connection, side).some(
    ({ segment }) => segment.time > since + roundTrips(connection, 1.5),
  );
  const waited = watchedUntil(connection) - (copies[ENOUGH - 1]?.segment.time ?? 0);
  const fact = (message: string, tier: Fact['tier']): Fact[] => [
    {
      message,
      tier,
      side,
      frames: [
        ...framesOf(connection, own.copies.slice(0, 1)),
        ...copies.slice(0, 16).map(({ segment }) => segment.frame),
        ...framesOf(
          connection,
          answers.slice(0, 16).map(({ index }) => index + 1),
        ),
      ],
      evidence: {
        copies: copies.length,
        answers: answers.length,
        ack: unsigned(acknowledged),
        waited: seconds(waited),
      },
    },
  ];
  if (answers.length >= ENOUGH) return fact('refused', 'suspect');
  // A FIN behind the data, or with it, has rules of its own.
  if (heard || peersFin || resetOf(connection) || waited < WAIT * SECOND) return [];
  return fact('silent', 'inconclusive');
}

/** Copies of the data at the number that `side` wants next, sent since its FIN was acknowledged, that it had to take. */
function copiesBehind(connection: Connection, side: Side, next: number): Sent[] {
  const { inForce, sentEnd } = connection.replay.fins[side];
  if (!inForce) return [];
  return sentBy(connection, peerOf(side)).filter(
    ({ segment: s, index }) =>
      index > (inForce.copies[0] ?? 0) &&
      s.length > 0 &&
      !has(s, RST) &&
      !has(s, SYN) &&
      !has(s, FIN) &&
      // What crossed the FIN is no answer to it; RFC 9293 3.10.7.4 step 5 wants an ACK.
      has(s, ACK) &&
      covers(s, inForce.end, sentEnd) &&
      atOrBefore(s.seq, next) &&
      after(endOf(s), next) &&
      reasonToDrop(connection, side, index) === null &&
      hadRoom(connection, side, index),
  );
}

/** All of it lay within the window that the receiver had offered last (RFC 9293 3.4). */
function hadRoom(connection: Connection, receiver: Side, index: number): boolean {
  const segment = at(connection, index);
  const offer = sentBy(connection, receiver).findLast(
    ({ segment: s, index: n }) => n < index && has(s, ACK) && !has(s, RST),
  )?.segment;
  return !!segment && !!offer && !after(endOf(segment), advance(offer.ack, offer.windowBytes));
}
