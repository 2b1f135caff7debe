import { covers } from '../../machine/fin.ts';
import { within } from '../../machine/round-trip.ts';
import { before, distance, unsigned } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { finOf, framesOf, nearSideOf, seconds, sentBy } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const earlyFinProcessed: Rule = {
  meta: {
    id: 'early-fin-processed',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.10.7.4 (SHLD-31)',
    label: '{side} takes a FIN ahead of missing data',
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
        'The bytes had come and the capture lacks them: what came later was a needless copy. So it is a suspicion, and only for captures next to the receiver, which see packets in the order in which it does.',
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
  concerns: (connection) => traitsOf(connection).hasCoveredFin,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that acknowledged. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  if (!fin || nearSideOf(connection) !== side) return [];
  const { segments } = connection.flow;
  const arrival = fin.copies[0] ?? -1;
  const first = segments[arrival];
  const answer = segments.findIndex((s, n) => n > arrival && s.from === side);
  const ack = segments[answer];
  // What has to wait for a gap is acknowledged at once, with the number of the gap. Where that came first, or late, the
  // gap was filled, and the capture lacks what filled it.
  if (!first || !ack || !covers(ack, fin.end, connection.replay.fins[peer].sentEnd)) return [];
  if (ack.time - first.time > within(connection.replay.roundTrip, 0)) return [];
  const front = segments.slice(0, answer).findLast((s) => s.from === peer)?.front ?? fin.end;
  if (!before(front, fin.end)) return [];
  const filler = sentBy(connection, peer).find(
    ({ segment, index }) => index > answer && segment.length > 0 && segment.seq === front,
  )?.segment;
  if (!filler) return [];
  return [
    {
      message: 'early',
      tier: 'suspect',
      side,
      frames: [...framesOf(connection, fin.copies.slice(0, 1)), ack.frame, filler.frame],
      evidence: {
        finEnd: unsigned(fin.end),
        missing: distance(front, fin.end) - 1,
        later: seconds(filler.time - ack.time),
      },
    },
  ];
}
