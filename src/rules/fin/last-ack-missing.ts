import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  finOf,
  firstFin,
  framesOf,
  gapOf,
  resetOf,
  SECOND,
  secondCloser,
  seconds,
  watchedUntil,
} from '../facts/facts.ts';
import { passedOver } from '../facts/passed-over.ts';
import { reasonToDrop } from '../facts/receivable.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Seconds that the acknowledgment may take: the initial RTO of RFC 6298. */
const WAIT = 1;

export const lastAckMissing: Rule = {
  meta: {
    id: 'last-ack-missing',
    tiers: ['suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6',
    label: '{side} never acknowledges the second FIN',
    summary: 'Both sides sent FIN and the second one was never acknowledged',
    messages: {
      retransmitted:
        'The {side} never acknowledged the FIN of the {peer}, which was sent {copies} times: it kept no TIME_WAIT, or cannot be reached any more.',
      quiet:
        'No acknowledgment of the last FIN was captured, but the {peer} did not send it again within {waited} s: it was probably acknowledged and the capture lacks that.',
      ends: 'The last FIN was not acknowledged when the capture ended {waited} s after it.',
      gap: 'No acknowledgment of the last FIN was captured, but that proves nothing: {gap}.',
    },
    refutedBy: 'An ACK of that side whose number covers the FIN.',
    waits: WAIT,
    docs: {
      what: 'FIN, ACK, FIN, and then nothing: the side that closed first did not acknowledge the second FIN, not even when it came again.',
      why: 'The other side stays in LAST_ACK until it gives up. The side that closed first should be in TIME_WAIT for exactly this: to acknowledge the last FIN again whenever it comes again.',
      legitimate:
        'The host went away, or the path broke in the last moment. Firewalls that forget a connection at the first FIN or ACK drop the rest of the close: the stacks are innocent then.',
      action:
        'Record on both hosts at once: if the ACK leaves one and never reaches the other, a middlebox eats it (conntrack time-outs for closing connections are short). If it never leaves, see how that side closes: SO_LINGER 0, a killed network namespace or container.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.4    < F.  1:1(0) ack 2
        @ connection 2
        +9     > S   0:0(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete',
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that should have acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  if (!fin || fin.coveredAt !== null || secondCloser(connection) !== peer || resetOf(connection)) return [];
  const first = firstFin(connection, peer);
  const last = at(connection, fin.copies.at(-1) ?? null);
  if (!first || !last) return [];
  // What it sends in front of the FIN, long after that came, shows that it is there: fin-not-acknowledged.
  if (passedOver(connection, side).later.length > 0) return [];
  const waited = watchedUntil(connection) - first.time;
  const copies = fin.copies.length;
  const isDropped = fin.copies.every((index) => reasonToDrop(connection, side, index) !== null);
  const gap = gapOf(connection, side) ?? (isDropped ? 'its receiver had to drop it' : null);
  const fact = (message: string, tier: Fact['tier']): Fact[] => [
    {
      message,
      tier,
      side,
      frames: [
        ...framesOf(connection, finOf(connection, side)?.copies.slice(0, 1) ?? []),
        ...framesOf(connection, fin.copies),
      ],
      evidence: {
        copies,
        finEnd: fin.end >>> 0,
        waited: seconds(waited),
        gap: message === 'gap' ? gap : null,
      },
    },
  ];
  if (waited < WAIT * SECOND) return fact('ends', 'inconclusive');
  if (gap) return fact('gap', 'inconclusive');
  return copies > 1 ? fact('retransmitted', 'suspect') : fact('quiet', 'inconclusive');
}
