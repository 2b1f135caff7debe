import { ACK } from '../decode/segment.ts';
import { has } from '../machine/logged-segment.ts';
import { advance, after, before } from '../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { nearSide } from '../machine/vantage.ts';
import {
  at,
  finOf,
  framesOf,
  gapOf,
  resetOf,
  SECOND,
  secondCloser,
  seconds,
  sentBy,
  watchedUntil,
} from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

/** Retransmissions after which an answer is overdue, whatever the network lost. */
const ENOUGH = 3;
/** Seconds within which a first FIN may wait for its answer: the initial RTO of RFC 6298. */
const FIRST_WAIT = 1;

export const finNotAcknowledged: Rule = {
  meta: {
    id: 'fin-not-acknowledged',
    tiers: ['violation', 'suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6, 3.10.7.4 step 8',
    summary: 'A FIN was retransmitted three times or more and never acknowledged',
    messages: {
      refused:
        'The {side} got the FIN of the {peer} {copies} times, went on sending, and its ACK number stayed before it.',
      alive:
        'The {side} did not acknowledge the FIN of the {peer}, sent {copies} times, though it went on sending: it may not have received it.',
      silent:
        'The FIN of the {peer} was sent {copies} times and nothing of the {side} followed: it is silent or cannot be reached.',
      window:
        'The {side} did not acknowledge the FIN of the {peer}, sent {copies} times, but its window had no room for it.',
      ends: 'The FIN of the {peer} was not acknowledged when the capture ended {waited} s after its last copy.',
      gap: 'No acknowledgment of the FIN of the {peer} was captured, but that proves nothing: {gap}.',
    },
    refutedBy: 'An ACK of that side whose number covers the FIN, or a RST of it.',
    waits: FIRST_WAIT,
    docs: {
      what: 'One side closed and sent its FIN again and again. The other never acknowledged it: its ACK number stayed at the FIN, or it said nothing more at all.',
      why: 'A FIN occupies a sequence number and must be acknowledged like data. The closer stays in FIN_WAIT_1 (or CLOSING) until it gives up, holding kernel memory for minutes.',
      legitimate:
        'The peer has crashed or the path is broken: then nothing of it follows and the finding is only a suspicion. A window of zero: no FIN is acceptable then (older Linux drops it, too).',
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
  concerns: ({ close }) => close.kind === 'incomplete',
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

/** `side` is the one that should have acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  // The last FIN of an exchange is the matter of last-ack-missing.
  if (!fin || fin.coveredAt !== null || resetOf(connection) || secondCloser(connection) === peer) return [];
  const copies = fin.copies.length;
  const lastCopy = at(connection, fin.copies.at(-1) ?? null);
  const firstCopy = at(connection, fin.copies[0] ?? null);
  if (!lastCopy || !firstCopy) return [];
  const waited = watchedUntil(connection) - lastCopy.time;
  const later = sentBy(connection, side).filter(({ segment }) => segment.time > firstCopy.time);
  const stuck = later.filter(({ segment }) => has(segment, ACK) && before(segment.ack, fin.end));
  const missing = before(firstCopy.front, fin.end) ? 'bytes before the FIN were not captured' : null;
  const gap = gapOf(connection, side) ?? missing;
  const evidence = { copies, finEnd: fin.end >>> 0, waited: seconds(waited), gap };
  const frames = [
    ...framesOf(connection, fin.copies),
    ...stuck.slice(-3).map(({ segment }) => segment.frame),
  ];
  const fact = (message: string, tier: Fact['tier']): Fact[] => [
    { message, tier, side, frames, evidence: { ...evidence, gap: message === 'gap' ? gap : null } },
  ];
  if (copies <= ENOUGH) return waited < FIRST_WAIT * SECOND ? fact('ends', 'inconclusive') : [];
  if (gap) return fact('gap', 'inconclusive');
  const last = stuck.at(-1)?.segment;
  if (!last) return fact('silent', 'suspect');
  // RFC 9293 3.10.7.4 step 1: into a window without room for it no FIN is acceptable.
  if (after(fin.end, advance(last.ack, last.windowBytes))) return fact('window', 'inconclusive');
  const third = at(connection, fin.copies[ENOUGH - 1] ?? null);
  const refused =
    nearSide(connection.flow.segments) === side &&
    stuck.some(
      ({ segment }) => segment.ack === advance(fin.end, -1) && segment.time > (third?.time ?? Infinity),
    );
  return refused ? fact('refused', 'violation') : fact('alive', 'suspect');
}
