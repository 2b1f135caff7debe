import { finAckSlow } from '../../src/rules/fin/fin-ack-slow.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finAckSlow, {
  valid: [
    {
      name: 'the ACK is delayed by less than half a second',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.1    < .   1:1(0) ack 2`,
    },
    {
      name: 'the sender was content: the capture lacks the ACK',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +5     < F.  1:1(0) ack 2
        +.04   > .   2:2(0) ack 2`,
    },
    {
      name: 'the ACK answers the second copy: the first was lost behind the capture',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +.9    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2`,
    },
    {
      name: 'half-way the FIN may be lost behind the capture',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    < .   1:1(0) ack 2`,
    },
    {
      name: 'next to the sender likewise',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    < .   1:1(0) ack 2`,
    },
    {
      name: 'the FIN stood above a hole',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +.3    > F.  101:101(0) ack 1
        +.5    > P.  1:101(100) ack 1
        +.2    < .   1:1(0) ack 102`,
    },
    {
      name: 'it had no room',
      ladder: `${OPEN_NEAR_SERVER}
        +.1    < .   1:1(0) ack 1 win 0
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    < .   1:1(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'the FIN came twice, and the ACK much later',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    < .   1:1(0) ack 2`,
      message: 'slow',
      tier: 'suspect',
      side: 'server',
      frames: [4, 6],
    },
  ],
});
