import { judgeReset } from '../../machine/reset.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, contextOf, gapOf, highestAck, resetOf } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const rstInexactObeyed: Rule = {
  meta: {
    id: 'rst-inexact-obeyed',
    tiers: ['note'],
    clause: 'RFC 5961 3.2',
    label: '{side} obeys an inexact RST',
    summary: 'An RST in the window but not at the expected number ended the connection',
    messages: {
      obeyed:
        'The {side} ended the connection by an RST at {seq}, {ahead} beyond the number that it expected: RFC 793 behaviour.',
    },
    refutedBy: 'Data up to that number which the capture does not have, or a challenge ACK.',
    waits: null,
    docs: {
      what: 'RFC 5961 asks for a challenge ACK when an RST is in the window but not exact. This side closed at once, as RFC 793 had it.',
      why: 'Such a stack can be reset by anybody who guesses a number in the window: one in some ten thousand for a large one.',
      legitimate: 'RFC 9293 still allows it for stacks that do not implement RFC 5961.',
      action: 'Upgrade the stack, or keep spoofed packets out at the border.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  11:11(0) ack 1
        +0     > .   1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  11:11(0) ack 1
        +1     < P.  1:101(100) ack 1
        +0     > R   1:1(0)`,
    },
  },
  concerns: (connection) => resetOf(connection) !== null,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that obeyed. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const received = connection.replay.readings[side].receptions.find(({ effect }) => effect === 'RST');
  const reset = at(connection, received?.cause ?? null);
  if (!received || !reset || received.by === null || gapOf(connection, peerOf(side))) return [];
  if (judgeReset(contextOf(connection), side, received.cause) !== 'in-window') return [];
  const expected = highestAck(connection, side, received.cause);
  if (expected === null) return [];
  const evidence = { seq: reset.seq >>> 0, expected: expected >>> 0, ahead: (reset.seq - expected) | 0 };
  return [{ message: 'obeyed', tier: 'note', side, frames: [reset.frame], evidence }];
}
