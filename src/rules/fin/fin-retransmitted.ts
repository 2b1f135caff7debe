import { ACK } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { has } from '../../machine/logged-segment.ts';
import { atOrAfter, before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, framesOf, roundTrips, seconds, sentBy } from '../facts/facts.ts';
import { isReceivable, isShownNear } from '../facts/receivable.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Copies behind an ACK that had arrived: fewer may have crossed it. */
const ENOUGH = 3;

export const finRetransmitted: Rule = {
  meta: {
    id: 'fin-retransmitted',
    tiers: ['suspect', 'note'],
    clause: 'RFC 9293 3.8.1, 3.10.7.4 step 5',
    label: '{side} repeats its FIN',
    summary: 'A FIN was sent more than once',
    messages: {
      again: 'The {side} sent its FIN {copies} times; gaps in seconds: {gaps}.',
      needless:
        'The {side} sent its FIN {copies} times, {late} of them after it had been acknowledged; gaps in seconds: {gaps}.',
      deaf: 'The {side}, next to which this was captured, sent its FIN {copies} times, {late} of them after ACKs of it had arrived; gaps in seconds: {gaps}.',
    },
    refutedBy: 'Proof that the copies are one frame captured twice.',
    waits: null,
    docs: {
      what: 'The same FIN, at the same end, was sent again: alone, or with data that was sent before.',
      why: 'It shows loss, or an acknowledgment that came late or not at all, and what the close cost in time.',
      legitimate:
        'That is how a lost FIN arrives. Linux sends it again after some milliseconds (tail loss probe) without any loss when the peer delays its ACK. Only three copies or more behind an ACK that had arrived, next to the side that sent them, are a suspicion: what was acknowledged is not sent again.',
      action:
        'Nothing by itself. Behind an ACK that had arrived: see why that side drops the ACKs (a firewall on its host, a stack that does not process them in that state). Many of them to one service: look for loss on the path, or a peer that acknowledges FINs late.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).copies > 1,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  if (!fin) return [];
  const copies = fin.copies.filter(
    (index, n) => n === 0 || !acknowledgesCrossingFin(connection, side, index),
  );
  if (copies.length < 2) return [];
  const times = copies.map((index) => at(connection, index)?.time ?? 0);
  const gaps = times.slice(1).map((time, n) => seconds(time - (times[n] ?? 0)));
  const { coveredAt } = fin;
  const late = coveredAt === null ? 0 : copies.filter((index) => index > coveredAt).length;
  const isDeaf = sentThoughAcknowledged(connection, side, copies) >= ENOUGH;
  return [
    {
      message: isDeaf ? 'deaf' : late > 0 ? 'needless' : 'again',
      tier: isDeaf ? 'suspect' : 'note',
      side,
      frames: framesOf(connection, copies),
      evidence: { copies: copies.length, gaps: gaps.join(', '), late },
    },
  ];
}

/** How many copies the side, next to the capture, sent when at least two ACKs of its FIN had arrived before. */
function sentThoughAcknowledged(connection: Connection, side: Side, copies: readonly number[]): number {
  const { inForce, sentEnd } = connection.replay.fins[side];
  if (!inForce || !isShownNear(connection, side)) return 0;
  const arrived = sentBy(connection, peerOf(side)).filter(
    ({ segment, index }) =>
      index > (inForce.copies[0] ?? 0) &&
      covers(segment, inForce.end, sentEnd) &&
      isReceivable(connection, side, index),
  );
  const settled = roundTrips(connection, 0);
  const behind = copies.filter((index) => {
    const time = at(connection, index)?.time ?? 0;
    return arrived.some((ack) => ack.index < index && time - ack.segment.time > settled);
  });
  // One ACK may have been lost on its last step.
  return arrived.length < 2 ? 0 : behind.length;
}

/** FreeBSD in CLOSING acknowledges the FIN of its peer by sending its own again, with the newer ACK number. */
function acknowledgesCrossingFin(connection: Connection, side: Side, index: number): boolean {
  const copy = at(connection, index);
  const first = at(connection, finOf(connection, side)?.copies[0] ?? null);
  const peersFin = finOf(connection, peerOf(side));
  if (!copy || !first || !peersFin || !has(copy, ACK)) return false;
  const earlier = connection.flow.segments.slice(0, index).filter((s) => s.from === side && has(s, ACK));
  return (
    before(first.ack, peersFin.end) &&
    atOrAfter(copy.ack, peersFin.end) &&
    earlier.every((s) => before(s.ack, peersFin.end))
  );
}
