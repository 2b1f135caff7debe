import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { firstFin, isNewData, roundTrips, SECOND, seconds, sentBy } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** A receiver that keeps its window closed shorter than this is only slow: seconds. */
const BRIEF = 10;
/** Shorter stretches are ordinary flow control, seconds. */
const SHORTEST = 0.5;

export const closeBlocked: Rule = {
  meta: {
    id: 'close-blocked',
    tiers: ['suspect', 'note'],
    clause: 'RFC 9293 3.8.6.1',
    label: '{side} blocks the FIN with a zero window',
    summary: 'A FIN had to wait behind data that a window of zero held back',
    messages: {
      held: 'The {side} offered no window for {blocked} s; the FIN of the {peer} came only with the data that this had held back.',
    },
    refutedBy: 'A segment of that side that opens the window earlier, which the capture does not have.',
    waits: SHORTEST,
    docs: {
      what: 'One side did not read: its window was zero. The other had data left, and its FIN has to wait behind that. It came right after the window had opened.',
      why: 'close() had returned long before on the closing side; its kernel holds the socket, unseen by the application (FIN_WAIT_1 with a send queue), and an orphan in that state may be dropped when memory is short.',
      legitimate:
        'Flow control: a slow reader may take its time. Below 10 s it is a note, below half a second nothing is said.',
      action:
        'See why the receiving application does not read: a blocked thread, a full disk or pipe behind it.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +.1    > F.  101:101(0) ack 1
        +.01   < F.  1:1(0) ack 102
        +0     > .   102:102(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101 win 0
        +5     > .   100:100(0) ack 1
        +.01   < .   1:1(0) ack 101 win 0
        +9     < .   1:1(0) ack 101
        +0     > FP. 101:201(100) ack 1
        +.01   < F.  1:1(0) ack 202
        +0     > .   202:202(0) ack 2`,
    },
  },
  concerns: ({ flow }) => flow.zeroWindow.client !== null || flow.zeroWindow.server !== null,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that did not read. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const stretch = connection.flow.zeroWindow[side];
  const fin = firstFin(connection, peerOf(side));
  if (!fin || !stretch || stretch.until === null || fin.time < stretch.until) return [];
  const blocked = stretch.until - stretch.since;
  // With it, or right behind it, comes the data that had to wait.
  const heldBack = sentBy(connection, peerOf(side)).some(
    ({ segment }) => isNewData(segment) && segment.time >= (stretch.until ?? 0) && segment.time <= fin.time,
  );
  const atOnce = fin.time - stretch.until <= roundTrips(connection, 2);
  if (!heldBack || !atOnce || blocked < SHORTEST * SECOND) return [];
  const opened = connection.flow.segments.find((s) => s.from === side && s.time === stretch.until);
  return [
    {
      message: 'held',
      tier: blocked >= BRIEF * SECOND ? 'suspect' : 'note',
      side,
      frames: [...(opened ? [opened.frame] : []), fin.frame],
      evidence: { blocked: seconds(blocked) },
    },
  ];
}
