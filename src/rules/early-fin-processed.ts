import { covers } from '../machine/fin.ts';
import { before } from '../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { nearSide } from '../machine/vantage.ts';
import { finOf, framesOf, roundTrips, sentBy } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const earlyFinProcessed: Rule = {
  meta: {
    id: 'early-fin-processed',
    tiers: ['violation'],
    clause: 'RFC 9293 3.10.7.4 (SHLD-31)',
    summary: 'A FIN was acknowledged before the bytes in front of it had arrived',
    messages: {
      early:
        'The {side} acknowledged the FIN of the {peer} at {finEnd} while {missing} bytes in front of it came only {later} s later.',
    },
    refutedBy: 'An earlier copy of those bytes that the capture does not have.',
    waits: null,
    docs: {
      what: 'A FIN overtook data. The receiver may keep it, but has to wait for the gap to fill before it processes and acknowledges the FIN. Here the acknowledgment covers the FIN first.',
      why: 'The application gets end-of-file with the stream cut short, and the missing bytes are never sent again: they count as acknowledged.',
      legitimate:
        'A capture far from the receiver may see packets in another order than it does, so the rule speaks only of captures next to the receiver.',
      action:
        'A defect of the receiving stack, or of a device that acknowledges in its name (TCP accelerator, proxy): record on both of its sides.',
      good: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102`,
      bad: `
        +0     > S   0:0(0)
        +.00005 < S. 0:0(0) ack 1
        +.02   > .   1:1(0) ack 1
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102`,
    },
  },
  concerns: ({ replay }) => SIDES.some((side) => replay.fins[side].inForce?.coveredAt != null),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

/** `side` is the one that acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  if (!fin || nearSide(connection.flow.segments) !== side) return [];
  const { segments } = connection.flow;
  const first = segments[fin.copies[0] ?? -1];
  const covering = segments.findIndex(
    (s) => s.from === side && covers(s, fin.end, connection.replay.fins[peer].sentEnd),
  );
  const ack = segments[covering];
  if (!first || !ack || !before(first.front, fin.end)) return [];
  // Data below the FIN that was captured for the first time when the FIN had long been acknowledged.
  const filler = sentBy(connection, peer).find(
    ({ segment, index }) =>
      index > covering &&
      segment.length > 0 &&
      before(segment.seq, fin.end) &&
      segment.seq === first.front &&
      segment.time - ack.time > roundTrips(connection, 1),
  )?.segment;
  if (!filler) return [];
  return [
    {
      message: 'early',
      tier: 'violation',
      side,
      frames: [...framesOf(connection, fin.copies.slice(0, 1)), ack.frame, filler.frame],
      evidence: {
        finEnd: fin.end >>> 0,
        missing: (fin.end - 1 - first.front) | 0,
        later: Math.round((filler.time - ack.time) / 1000) / 1e6,
      },
    },
  ];
}
