import { advance, after, before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  finOf,
  framesOf,
  gapOf,
  resetOf,
  SECOND,
  secondCloser,
  seconds,
  watchedUntil,
} from '../facts/facts.ts';
import { passedOver } from '../facts/passed-over.ts';
import { isShownNear, reasonToDrop, unknowing } from '../facts/receivable.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Copies after which an answer is overdue, whatever the network lost. */
const ENOUGH = 3;
/** Copies that it takes, of those that were answered or passed over. */
const AGAIN = 2;
/** Seconds within which a first FIN may wait for its answer: the initial RTO of RFC 6298. */
const FIRST_WAIT = 1;

export const finNotAcknowledged: Rule = {
  meta: {
    id: 'fin-not-acknowledged',
    tiers: ['violation', 'suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6, 3.10.7.4 step 8',
    label: '{side} never acknowledges the FIN',
    summary: 'A FIN was sent again and never acknowledged',
    messages: {
      refused:
        'The {side}, next to which this was captured, got the FIN of the {peer} {copies} times, sent {later} segments behind copies of it, and its ACK number stayed in front of it.',
      answered:
        'The {side} answered copies of the FIN of the {peer}, sent {copies} times, {answers} times with the ACK number in front of it.',
      alive:
        'The {side} did not acknowledge the FIN of the {peer}, sent {copies} times, though it went on sending: it may not have received it.',
      silent:
        'The FIN of the {peer} was sent {copies} times and nothing of the {side} followed: it is silent or cannot be reached.',
      window:
        'The {side} did not acknowledge the FIN of the {peer}, sent {copies} times, but its window had no room for it.',
      dropped:
        'The {side} did not acknowledge the FIN of the {peer}, sent {copies} times, but had to drop it: {reason}.',
      ends: 'The FIN of the {peer} was not acknowledged when the capture ended {waited} s after its last copy.',
      gap: 'No acknowledgment of the FIN of the {peer} was captured, but that proves nothing: {gap}.',
    },
    refutedBy: 'An ACK of that side whose number covers the FIN, or a RST of it.',
    waits: FIRST_WAIT,
    docs: {
      what: 'One side closed and sent its FIN again. The other never acknowledged it: it answered the copies with the number in front of the FIN, or sent something else and its ACK number stayed there, or said nothing more at all (three copies or more). It is the same for the first FIN of a close and for the second.',
      why: 'A FIN occupies a sequence number and must be acknowledged like data. The closer stays in FIN_WAIT_1 (or CLOSING) until it gives up, holding kernel memory for minutes.',
      legitimate:
        'The peer has crashed or the path is broken: then nothing of it follows and the finding is only a suspicion. A FIN that has to be dropped is not held against anybody: a window of zero, a timestamp older than one before it (PAWS), a wrong checksum, timestamps or a signature that were agreed and are not there, bytes in front of it that have not arrived.',
      action:
        'If the side still sends, its stack or a middlebox (proxy, NAT, load balancer) does not process FIN: record next to that host to tell which. If it is silent, find out when it went away.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.8    > F.  1:1(0) ack 1
        @ connection 2
        +60    > S   0:0(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete' || close.kind === 'reset-after-fin',
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that should have acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  if (!fin || fin.coveredAt !== null) return [];
  const copies = fin.copies.length;
  const lastCopy = at(connection, fin.copies.at(-1) ?? null);
  const firstCopy = at(connection, fin.copies[0] ?? null);
  if (!lastCopy || !firstCopy) return [];
  const waited = watchedUntil(connection) - lastCopy.time;
  const { answers, later } = passedOver(connection, side);
  const missing = before(firstCopy.front, fin.end) ? 'bytes before the FIN were not captured' : null;
  const gap = gapOf(connection, side) ?? missing;
  const frames = [
    ...framesOf(connection, fin.copies),
    ...later.slice(-3).map(({ segment }) => segment.frame),
    ...answers.slice(0, 16).map(({ segment }) => segment.frame),
  ];
  const fact = (message: string, tier: Fact['tier'], reason: string | null = null): Fact[] => [
    {
      message,
      tier,
      side,
      frames,
      evidence: {
        copies,
        finEnd: fin.end >>> 0,
        waited: seconds(waited),
        answers: answers.length,
        later: later.length,
        gap: message === 'gap' ? gap : null,
        reason,
      },
    },
  ];
  const [first] = later;
  // What an RST ended was given up; only what had been answered by then stands.
  if (resetOf(connection) && answers.length < AGAIN) return [];
  // The last FIN of an exchange that nothing answers is the matter of last-ack-missing.
  if (!first && secondCloser(connection) === peer) return [];
  if (later.some(({ segment }) => after(fin.end, advance(segment.ack, segment.windowBytes))))
    return fact('window', 'inconclusive');
  if (copies < AGAIN) return waited < FIRST_WAIT * SECOND && !first ? fact('ends', 'inconclusive') : [];
  const taken = fin.copies.filter((index) => reasonToDrop(connection, side, index) === null);
  if (taken.length < AGAIN && first) {
    const reason = reasonToDrop(connection, side, fin.copies.find((n) => !taken.includes(n)) ?? 0);
    return gap ? fact('gap', 'inconclusive') : fact('dropped', 'inconclusive', reason);
  }
  if (!first) {
    if (copies < ENOUGH) return waited < FIRST_WAIT * SECOND ? fact('ends', 'inconclusive') : [];
    const third = at(connection, fin.copies[ENOUGH - 1] ?? null)?.time ?? 0;
    if (watchedUntil(connection) - third < FIRST_WAIT * SECOND) return fact('ends', 'inconclusive');
    return gap ? fact('gap', 'inconclusive') : fact('silent', 'suspect');
  }
  if (gap) return fact('gap', 'inconclusive');
  // RFC 9293 3.10.7.4 step 8: a FIN waits for what comes before it.
  if (later.some(({ segment }) => before(segment.ack, advance(fin.end, -1))))
    return fact('dropped', 'inconclusive', 'bytes in front of it had not arrived, as its ACK numbers show');
  const second = at(connection, taken[AGAIN - 1] ?? null);
  const behind = later.filter(({ segment, index }) => {
    const known = answers.some((answer) => answer.index === index);
    return known || segment.time - (second?.time ?? Infinity) > unknowing(connection, side);
  });
  const isNear = isShownNear(connection, side);
  if (isNear && behind.length >= AGAIN) return fact('refused', 'violation');
  if (answers.length >= AGAIN) return fact('answered', 'suspect');
  return copies >= ENOUGH && behind.length > 0 ? fact('alive', 'suspect') : [];
}
