import { ACK } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  finOf,
  firstFin,
  gapOf,
  resetOf,
  roundTrips,
  SECOND,
  seconds,
  sentBy,
  watchedUntil,
} from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/**
 * Seconds: much longer than any timer of a first retransmission, which is 1 s or a little more than a round trip (RFC 6298
 * 2), and was 3 s (RFC 2988).
 */
const LONGEST_WAIT = 30;
/** A timer that had backed off before is no longer than this, seconds (RFC 6298 2.4: a maximum of at least 60 s). */
const LONGEST_TIMER = 60;

export const finNotRetransmitted: Rule = {
  meta: {
    id: 'fin-not-retransmitted',
    tiers: ['suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6 case 1, 3.8.1',
    label: '{side} loses its FIN and never repeats it',
    summary: 'A FIN was lost, as the peer’s ACK numbers show, and never sent again',
    messages: {
      never:
        'The {side} sent its FIN once. The {peer} went on to acknowledge {ack}, before it, and in {waited} s the FIN did not come again.',
      reset:
        'The {side} sent its FIN once. The {peer} went on to acknowledge {ack}, before it, and in the {waited} s until an RST ended the connection the FIN did not come again.',
      ends: 'The FIN of the {side} was lost, as the {peer} shows by acknowledging {ack}; the capture ends {waited} s later.',
      gap: 'No second copy of the FIN of the {side} was captured, but that proves nothing: {gap}.',
    },
    refutedBy: 'A second copy of the FIN that the capture does not have.',
    waits: LONGEST_WAIT,
    docs: {
      what: 'The FIN was lost on the way and its sender did not send it again, although it was never acknowledged. An RST that ended the connection at last does not change that.',
      why: 'The close never completes: the peer holds an open connection until its own keep-alive or idle time-out, and its application never learns of the end.',
      legitimate:
        'The sender’s host went down right after the FIN, or its process space was removed together with the stack (a container, a unikernel).',
      action:
        'Look at the sender: a user-space stack that forgets the connection at close(), a network namespace that is removed before its sockets have closed.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.5    < P.  1:101(100) ack 1
        +.2    > F.  1:1(0) ack 101
        +.01   < .   101:101(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.5    < P.  1:101(100) ack 1
        +.5    < P.  1:101(100) ack 1
        @ connection 2
        +90    > S   0:0(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete' || close.kind === 'reset-after-fin',
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  const first = firstFin(connection, side);
  if (!fin || !first || fin.copies.length !== 1 || fin.coveredAt !== null) return [];
  const reset = resetOf(connection);
  const end = reset?.time ?? watchedUntil(connection);
  const lost = sentBy(connection, peerOf(side)).find(
    ({ segment }) =>
      segment.time > first.time + roundTrips(connection, 2) &&
      segment.time < end &&
      has(segment, ACK) &&
      before(segment.ack, fin.end) &&
      segment.window > 0,
  )?.segment;
  // As long as data in front of the FIN is missing, that is what comes again, and the FIN behind it.
  const busy = sentBy(connection, side).some(
    ({ segment, index }) => index > (fin.copies[0] ?? 0) && segment.length > 0,
  );
  if (!lost || busy) return [];
  const waited = end - first.time;
  const longest = first.unanswered > 0 ? LONGEST_TIMER : LONGEST_WAIT;
  const isLong = waited > longest * SECOND;
  // An RST that came soon left the timer no time.
  if (reset && !isLong) return [];
  const gap = gapOf(connection, side);
  const message = gap ? 'gap' : !isLong ? 'ends' : reset ? 'reset' : 'never';
  return [
    {
      message,
      tier: message === 'never' || message === 'reset' ? 'suspect' : 'inconclusive',
      side,
      frames: [first.frame, lost.frame, ...(reset ? [reset.frame] : [])],
      evidence: { ack: lost.ack >>> 0, finEnd: fin.end >>> 0, waited: seconds(waited), gap },
    },
  ];
}
