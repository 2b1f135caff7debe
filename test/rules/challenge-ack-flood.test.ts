import { challengeAckFlood } from '../../src/rules/reset/challenge-ack-flood.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CHALLENGE = `
  +.1    < R.  11:11(0) ack 1
  +.001  > .   1:1(0) ack 1`;

ruleTester(challengeAckFlood, {
  valid: [
    {
      name: 'ten in five seconds',
      ladder: `${OPEN}${CHALLENGE.repeat(10)}
        +9     > P.  1:101(100) ack 1`,
    },
    {
      name: 'more of them, but over a longer time',
      ladder: `${OPEN}${CHALLENGE.replace('+.1', '+1').repeat(20)}`,
    },
    {
      name: 'RSTs that it does not answer',
      ladder: `${OPEN}${'\n +.1 < R. 11:11(0) ack 1'.repeat(20)}
        +9     > P.  1:101(100) ack 1`,
    },
    {
      name: 'ACKs of data',
      ladder: `${OPEN}${Array.from(
        { length: 20 },
        (_, n) => `
        +.1    < P.  ${1 + n}:${2 + n}(1) ack 1
        +.001  > .   1:1(0) ack ${2 + n}`,
      ).join('')}
        +.1    < F.  21:21(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'a dozen in little more than a second',
      ladder: `${OPEN}${CHALLENGE.repeat(12)}`,
      message: 'flood',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
