import { ACK, RST } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { after, atOrAfter } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, framesOf, gapOf, highestAck, roundTrips, seconds } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Retransmissions that it takes. */
const ENOUGH = 4;
/** A timer that backs off doubles; this factor is the least that counts as growth, for timers are coarse. */
const GROWS = 1.5;
/** Gaps may differ by this factor and still be equal. */
const EQUAL = 1.3;
/** The ceiling of the timer, nanoseconds (RFC 6298 2.5): equal gaps are right from here on. */
const CEILING = 60e9;
/** Copies closer than this are no retransmissions of a timer, nanoseconds. */
const SHORTEST = 5e6;

export const finNoBackoff: Rule = {
  meta: {
    id: 'fin-no-backoff',
    tiers: ['violation'],
    clause: 'RFC 9293 3.8.1 (MUST-18, MUST-19), RFC 6298 5.5',
    label: '{side} repeats its FIN without backing off',
    summary: 'A FIN was retransmitted four times or more at gaps that do not grow',
    messages: {
      equal:
        'The {side} sent its FIN {copies} times at gaps of {gap} to {longest} s that do not grow: the timer never backed off.',
    },
    refutedBy: 'Gaps that are longer than all those before them.',
    waits: null,
    docs: {
      what: 'The retransmission timer has to double with every time-out. Here the gaps between the copies of the FIN are equal, or go up and down, or shrink.',
      why: 'Senders that do not back off make congestion worse, and many of them at once keep it alive.',
      legitimate:
        'Above the ceiling of the timer (60 s or more) gaps are equal rightly. Stacks with a lower ceiling double first. A single early gap (the tail loss probe of Linux) is left aside. A copy that answers a segment of the peer, which it acknowledges, is sent by no timer, and what acknowledges something new starts the timer anew. A window of zero has timers of its own.',
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
  concerns: (connection) => traitsOf(connection).copies > ENOUGH,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  if (!fin) return [];
  const { segments } = connection.flow;
  // What begins with a copy of the FIN may lack others.
  const begins = !segments.some((s, index) => s.from === side && index < (fin.copies[0] ?? 0));
  if (begins || gapOf(connection, side) || gapOf(connection, peerOf(side))) return [];
  const closed = segments.some(
    (s, index) => s.from !== side && index > (fin.copies[0] ?? 0) && s.window === 0 && !has(s, RST),
  );
  if (closed) return [];
  for (const copies of runsOfTimer(connection, side)) {
    const times = copies.map((index) => at(connection, index)?.time ?? 0);
    const all = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    // RFC 8985 7: one probe may come before the timer.
    const isProbe = (all[0] ?? 0) * GROWS <= (all[1] ?? 0);
    const gaps = withoutOutlier(isProbe ? all.slice(1) : all);
    const shortest = Math.min(...gaps);
    const longest = Math.max(...gaps);
    // The short gap in front may also be the first of a timer that grew: then the others have to be equal.
    if (isProbe && longest > EQUAL * shortest) continue;
    if (
      gaps.length < ENOUGH ||
      shortest < SHORTEST ||
      longest >= CEILING ||
      grow(isProbe ? all.slice(1) : all)
    )
      continue;
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
  return [];
}

/** Without a gap that is much longer than all others: the capture may lack a copy in it. */
function withoutOutlier(gaps: readonly number[]): readonly number[] {
  const [longest = 0, second = 0] = [...gaps].sort((a, b) => b - a);
  return longest >= GROWS * second ? gaps.filter((gap) => gap !== longest) : gaps;
}

/** From some gap on all are longer than each of those before it. */
function grow(gaps: readonly number[]): boolean {
  return gaps.some((_, n) => n > 0 && Math.min(...gaps.slice(n)) >= GROWS * Math.max(...gaps.slice(0, n)));
}

/**
 * The copies of a FIN before it was acknowledged, in runs within which nothing but the timer sent it: no copy answers a
 * segment of the peer, and no ACK of something new started the timer anew (RFC 6298 5.3).
 */
function runsOfTimer(connection: Connection, side: Side): number[][] {
  const fin = finOf(connection, side);
  const runs: number[][] = [];
  let last = -1;
  for (const index of fin?.copies ?? []) {
    if (fin && fin.coveredAt !== null && index > fin.coveredAt) break;
    const run = runs.at(-1);
    if (run === undefined || isAnswer(connection, side, index) || hasProgress(connection, side, last, index))
      runs.push([index]);
    else run.push(index);
    last = index;
  }
  return runs;
}

/** What it acknowledges came right before it: a stack may answer with its FIN (FreeBSD does). */
function isAnswer(connection: Connection, side: Side, index: number): boolean {
  const { segments } = connection.flow;
  const copy = segments[index];
  const asked = segments.slice(0, index).findLast((s) => s.from !== side && !has(s, RST));
  if (!copy || !asked || copy.time - asked.time > roundTrips(connection, 1)) return false;
  return has(copy, ACK) && atOrAfter(copy.ack, endOf(asked));
}

/** The peer acknowledged something new of the side between two of its segments. */
function hasProgress(connection: Connection, side: Side, from: number, to: number): boolean {
  const known = highestAck(connection, peerOf(side), from);
  const now = highestAck(connection, peerOf(side), to);
  return now !== null && (known === null || after(now, known));
}
