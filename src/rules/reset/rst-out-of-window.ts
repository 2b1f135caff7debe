import { RST } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { judgeReset } from '../../machine/reset.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { answeredResets } from '../facts/answered-reset.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { contextOf, highestAck, resetOf, sentBy, stateBefore } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const rstOutOfWindow: Rule = {
  meta: {
    id: 'rst-out-of-window',
    tiers: ['note'],
    clause: 'RFC 9293 3.10.7.4',
    label: 'stale or blind RST of the {side}, ignored',
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
  concerns: (connection) => traitsOf(connection).resets > 0,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one in whose name the RST came. RSTs of one number are one finding. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const peer = peerOf(side);
  const context = contextOf(connection);
  const obeyed = replay.readings[peer].receptions.find((r) => r.effect === 'RST')?.cause;
  const ended =
    obeyed !== undefined && flow.segments[obeyed]?.from === side ? resetOf(connection)?.frame : null;
  const answered = answeredResets(connection, peer);
  const alike: { key: string; fact: Fact; frames: number[] }[] = [];
  for (const { segment, index } of sentBy(connection, side)) {
    if (!has(segment, RST) || index === obeyed) continue;
    // Of several RSTs of a side that is gone another one ended the connection; and what was answered was not ignored.
    if (segment.frame === ended || answered.some(({ reset }) => reset === segment)) continue;
    const state = stateBefore(connection, peer, segment.frame, segment.time);
    if (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN_SENT') continue;
    const judged = judgeReset(context, peer, index);
    const goesOn = flow.segments.some((s, at) => at > index && s.from === peer && !has(s, RST));
    if (judged === 'exact' || (judged === 'in-window' && !goesOn)) continue;
    const expected = highestAck(connection, peer, index);
    if (expected === null) continue;
    const message = judged === 'unacceptable' ? 'outside' : 'inexact';
    const key = `${message} ${segment.seq} ${expected}`;
    const same = alike.find((one) => one.key === key);
    if (same) {
      same.frames.push(segment.frame);
      continue;
    }
    const evidence = { seq: segment.seq >>> 0, expected: expected >>> 0 };
    const frames = [segment.frame];
    alike.push({ key, fact: { message, tier: 'note', side, frames, evidence }, frames });
  }
  return alike.map(({ fact }) => fact);
}
