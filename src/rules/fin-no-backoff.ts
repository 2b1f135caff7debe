import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { at, finOf, framesOf, gapOf, seconds } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

/** Retransmissions it takes to call the gaps equal. */
const ENOUGH = 4;
/** Gaps may differ by this factor and still be equal: timers are coarse. */
const EQUAL = 1.25;
/** The ceiling of the timer, nanoseconds (RFC 6298 2.5): equal gaps are right from here on. */
const CEILING = 60e9;
/** Copies closer than this are no retransmissions of a timer, nanoseconds. */
const SHORTEST = 5e6;

export const finNoBackoff: Rule = {
  meta: {
    id: 'fin-no-backoff',
    tiers: ['violation'],
    clause: 'RFC 9293 3.8.1 (MUST-18, MUST-19), RFC 6298 5.5',
    summary: 'A FIN was retransmitted four times or more at equal gaps',
    messages: {
      equal:
        'The {side} sent its FIN {copies} times at equal gaps of about {gap} s: the timer never backed off.',
    },
    refutedBy: 'A gap that is longer than those before it.',
    waits: null,
    docs: {
      what: 'The retransmission timer has to double with every time-out. Here all gaps between the copies of the FIN are the same.',
      why: 'Senders that do not back off make congestion worse, and many of them at once keep it alive.',
      legitimate:
        'Above the ceiling of the timer (60 s or more) gaps are equal rightly. Stacks with a lower ceiling double first, and a single early gap (the tail loss probe of Linux) is not held against them: all gaps have to be equal.',
      action:
        'A user-space stack, a traffic generator or a device with a fixed timer: see its retransmission settings.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.8    > F.  1:1(0) ack 1
        +1.6   > F.  1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1`,
    },
  },
  concerns: ({ replay }) => SIDES.some((side) => (replay.fins[side].inForce?.copies.length ?? 0) > ENOUGH),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  if (!fin) return [];
  // What comes after the acknowledgment answers something else, and every new acknowledgment restarts the timer.
  const { coveredAt } = fin;
  const [first, last] = [fin.copies[0] ?? 0, fin.copies.at(-1) ?? 0];
  // What the peer sends is answered, and FreeBSD answers with its FIN; what begins with a copy of the FIN may lack others.
  const { segments } = connection.flow;
  const peerSpoke = segments.some((s, index) => s.from !== side && index > first && index < last);
  const begins = !segments.some((s, index) => s.from === side && index < first);
  if (peerSpoke || begins || gapOf(connection, side) || gapOf(connection, peerOf(side))) return [];
  const copies = fin.copies.filter((index) => coveredAt === null || index < coveredAt);
  const times = copies.map((index) => at(connection, index)?.time ?? 0);
  const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
  if (gaps.length < ENOUGH) return [];
  const shortest = Math.min(...gaps);
  const longest = Math.max(...gaps);
  if (shortest < SHORTEST || longest >= CEILING || longest > EQUAL * shortest) return [];
  return [
    {
      message: 'equal',
      tier: 'violation',
      side,
      frames: framesOf(connection, copies),
      evidence: { copies: copies.length, gap: seconds(shortest), longest: seconds(longest) },
    },
  ];
}
