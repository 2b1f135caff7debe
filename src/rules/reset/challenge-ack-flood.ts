import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { challengesTo, isPureAck } from '../facts/challenge.ts';
import { roundTrips, SECOND, sentBy } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** RFC 5961 7 has these as an example of a limit: ten challenge ACKs in five seconds. */
const MOST = 10;
const SPAN = 5;

export const challengeAckFlood: Rule = {
  meta: {
    id: 'challenge-ack-flood',
    tiers: ['suspect'],
    clause: 'RFC 5961 7',
    label: '{side} floods with challenge ACKs',
    summary: 'More than ten challenge ACKs in five seconds on one connection',
    messages: { flood: 'The {side} sent {count} challenge ACKs within {span} s: it does not limit them.' },
    refutedBy: 'Proof that those ACKs answer something else.',
    waits: null,
    docs: {
      what: 'A stack has to limit its challenge ACKs, or somebody who sends forged SYNs or RSTs can make it send as many packets as it gets.',
      why: 'Unlimited challenge ACKs amplify an attack, and two stacks that challenge each other never stop (ACK storm).',
      legitimate: 'RFC 5961 leaves the limit to the stack; ten in five seconds is its example.',
      action: 'See who sends the SYNs or RSTs that they answer; upgrade or configure the stack that answers.',
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
${Array.from({ length: 12 }, () => '        +.1    < R.  11:11(0) ack 1\n        +.001  > .   1:1(0) ack 1').join('\n')}`,
    },
  },
  concerns: (connection) => traitsOf(connection).controls > MOST,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const acks = challengesTo(connection, side).flatMap(({ trigger, index }) => {
    const answer = sentBy(connection, side).find((one) => one.index > index)?.segment;
    const prompt = answer && isPureAck(answer) && answer.time - trigger.time <= roundTrips(connection, 1);
    return prompt ? [answer] : [];
  });
  const distinct = [...new Set(acks)];
  const start = distinct.findIndex((ack, n) => {
    const last = distinct[n + MOST];
    return last !== undefined && last.time - ack.time <= SPAN * SECOND;
  });
  const first = distinct[start];
  if (!first) return [];
  const burst = distinct.filter((ack) => ack.time >= first.time && ack.time - first.time <= SPAN * SECOND);
  const frames = burst.map(({ frame }) => frame);
  return [{ message: 'flood', tier: 'suspect', side, frames, evidence: { count: burst.length, span: SPAN } }];
}
