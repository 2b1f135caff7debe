import { synResetInSynchronized } from '../../src/rules/reset/syn-reset-in-synchronized.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(synResetInSynchronized, {
  valid: [
    {
      name: 'a challenge ACK',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +.02   < .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1`,
    },
    {
      name: 'a refused SYN of a new connection',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +.02   < R.  =0:0(0) ack 10`,
    },
    {
      name: 'a challenge ACK first, then an abort',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +.02   < .   1:1(0) ack 1
        +1     < R.  1:1(0) ack 1`,
    },
    {
      name: 'the RST comes too late to answer it',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +1     < R.  1:1(0) ack 1`,
    },
    {
      name: 'no connection any more',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +1     > S   9:9(0)
        +.02   < R.  =0:0(0) ack 10`,
    },
  ],
  invalid: [
    {
      name: 'RST,ACK with the numbers of the connection',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +.02   < R.  1:1(0) ack 1`,
      message: 'reset',
      tier: 'note',
      side: 'server',
      frames: [4, 5],
    },
  ],
});
