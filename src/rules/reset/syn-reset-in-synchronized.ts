import { ACK, RST, SYN } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { challengesTo } from '../facts/challenge.ts';
import { roundTrips, sentBy } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const synResetInSynchronized: Rule = {
  meta: {
    id: 'syn-reset-in-synchronized',
    tiers: ['note'],
    clause: 'RFC 9293 3.10.7.4 step 4',
    label: '{side} resets on a SYN (RFC 793)',
    summary: 'A SYN on an open connection was answered with RST,ACK: RFC 793 behaviour',
    messages: {
      reset: 'The {side} was in {state} and answered a SYN with RST,ACK instead of a challenge ACK.',
    },
    refutedBy: 'Another trigger for that RST.',
    waits: null,
    docs: {
      what: 'RFC 793 ends a connection when a SYN comes into its window. RFC 5961 answers with a challenge ACK instead.',
      why: 'A stack that still does the former can be reset by anybody who guesses a number in the window.',
      legitimate: 'RFC 9293 still describes it for stacks without RFC 5961.',
      action: 'Upgrade the stack, or keep spoofed SYNs out.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > S   9:9(0)
        +0     < .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > S   9:9(0)
        +0     < R.  1:1(0) ack 1`,
    },
  },
  concerns: (connection) => traitsOf(connection).resets > 0 && traitsOf(connection).syns > 2,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  return challengesTo(connection, side).flatMap(({ trigger, index, state }) => {
    if (!has(trigger, SYN)) return [];
    const answer = sentBy(connection, side).find((one) => one.index > index)?.segment;
    if (!answer || !has(answer, RST) || !has(answer, ACK)) return [];
    if (answer.time - trigger.time > roundTrips(connection, 1)) return [];
    const frames = [trigger.frame, answer.frame];
    return [{ message: 'reset', tier: 'note' as const, side, frames, evidence: { state } }];
  });
}
