import { ACK, FIN } from '../decode/segment.ts';
import { has } from '../machine/logged-segment.ts';
import { within } from '../machine/round-trip.ts';
import { advance, after, before } from '../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { nearSide } from '../machine/vantage.ts';
import { at, finOf, framesOf, gapOf, resetOf, roundTrips, sentBy } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const closingWithoutFin: Rule = {
  meta: {
    id: 'closing-without-fin',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.10.7.4 step 5',
    summary: 'After crossing FINs a side acknowledged everything up to its peer’s FIN, and never the FIN',
    messages: {
      near: 'The FINs crossed. The {side} got that of the {peer} {copies} times, acknowledged everything before it {acks} times, and never the FIN itself.',
      far: 'The FINs crossed. The {side} acknowledged everything before the FIN of the {peer} {acks} times and never the FIN itself, sent {copies} times.',
    },
    refutedBy: 'An ACK of that side whose number covers the FIN.',
    waits: null,
    docs: {
      what: 'A simultaneous close that does not complete: one side answers the copies of its peer’s FIN, but with the ACK number in front of it, as if the FIN bit were not there.',
      why: 'Both sides hang: one in CLOSING or FIN_WAIT_1 until it gives up, the other with a FIN that it never processed.',
      legitimate: 'The FIN was lost behind the capture each time: then the finding is a suspicion only.',
      action:
        'The simultaneous close is a rarely walked path: check the version of that stack (embedded and user-space stacks have had this defect), and any proxy between.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.01   < .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.2    > F.  1:1(0) ack 2
        +.01   < .   2:2(0) ack 1
        +.4    > F.  1:1(0) ack 2
        +.01   < .   2:2(0) ack 1`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete' && close.closer === 'both',
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

/** `side` is the one that should have acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const own = finOf(connection, side);
  const first = at(connection, fin?.copies[0] ?? null);
  if (!fin || !own || !first || fin.coveredAt !== null || fin.copies.length < 2) return [];
  if (resetOf(connection) || gapOf(connection, side) || gapOf(connection, peer)) return [];
  const short = sentBy(connection, side).filter(
    ({ segment }) =>
      segment.time > first.time + roundTrips(connection, 2) &&
      has(segment, ACK) &&
      !has(segment, FIN) &&
      segment.ack === advance(fin.end, -1),
  );
  if (short.length < 2) return [];
  // An ACK right behind a copy that has nothing wrong answers that copy: it arrived.
  const answers = short.filter(({ segment, index }) => {
    const copy = at(connection, index - 1);
    const isCopy = fin.copies.includes(index - 1);
    const prompt = copy !== null && segment.time - copy.time <= within(connection.replay.roundTrip, 0);
    return isCopy && prompt && segment.window > 0 && isAcceptable(connection, side, index - 1);
  });
  const near = nearSide(connection.flow.segments) === side && answers.length >= 2;
  return [
    {
      message: near ? 'near' : 'far',
      tier: near ? 'violation' : 'suspect',
      side,
      frames: [...framesOf(connection, fin.copies), ...short.map(({ segment }) => segment.frame)],
      evidence: { copies: fin.copies.length, acks: short.length, finEnd: fin.end >>> 0 },
    },
  ];
}

/** Neither its ACK number nor its timestamp is a reason to drop it (RFC 9293 3.10.7.4 step 5, RFC 7323 5.3). */
function isAcceptable(connection: Connection, receiver: Side, index: number): boolean {
  const copy = at(connection, index);
  if (!copy || after(copy.ack, connection.replay.fins[receiver].sentEnd)) return false;
  return !sentBy(connection, peerOf(receiver)).some(
    ({ segment, index: earlier }) =>
      earlier < index &&
      segment.timestamp !== null &&
      (copy.timestamp === null || before(copy.timestamp, segment.timestamp)),
  );
}
