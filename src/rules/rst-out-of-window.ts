import { RST } from '../decode/segment.ts';
import { has } from '../machine/logged-segment.ts';
import { judgeReset } from '../machine/reset.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { contextOf, highestAck, sentBy, stateBefore } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const rstOutOfWindow: Rule = {
  meta: {
    id: 'rst-out-of-window',
    tiers: ['note'],
    clause: 'RFC 9293 3.10.7.4',
    summary: 'An RST that did nothing, rightly: stale, or sent blindly',
    messages: {
      outside:
        'The RST of the {side} ({seq}) lies outside of what the {peer} expected ({expected}): it was ignored, rightly.',
      inexact:
        'The RST of the {side} ({seq}) is not exactly the number that the {peer} expected ({expected}): it did not end the connection, rightly (RFC 5961).',
    },
    refutedBy: 'A sign that the receiver ended the connection by it.',
    waits: null,
    docs: {
      what: 'An RST whose number is not the next one that its receiver expects. Outside of the window it does nothing; inside but not exact it draws a challenge ACK.',
      why: 'It shows that somebody believes the connection to be gone, or tries to end it without seeing it. The connection goes on.',
      legitimate: 'A late answer to an old segment. It is the receiver’s right behaviour that is noted here.',
      action:
        'Many of them at different numbers: somebody guesses. One with an old number: see what the sender answered.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  900000:900000(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101`,
    },
  },
  concerns: ({ flow }) => flow.segments.some((s) => has(s, RST)),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

/** `side` is the one in whose name the RST came. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const peer = peerOf(side);
  const context = contextOf(connection);
  const obeyed = replay.readings[peer].receptions.find((r) => r.effect === 'RST')?.cause;
  return sentBy(connection, side).flatMap(({ segment, index }) => {
    if (!has(segment, RST) || index === obeyed) return [];
    const state = stateBefore(connection, peer, segment.frame, segment.time);
    if (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN_SENT') return [];
    const judged = judgeReset(context, peer, index);
    const goesOn = flow.segments.some((s, at) => at > index && s.from === peer && !has(s, RST));
    if (judged === 'exact' || (judged === 'in-window' && !goesOn)) return [];
    const expected = highestAck(connection, peer, index);
    if (expected === null) return [];
    return [
      {
        message: judged === 'unacceptable' ? 'outside' : 'inexact',
        tier: 'note' as const,
        side,
        frames: [segment.frame],
        evidence: { seq: segment.seq >>> 0, expected: expected >>> 0 },
      },
    ];
  });
}
