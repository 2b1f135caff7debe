import { earlyFinProcessed } from '../../src/rules/fin/early-fin-processed.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(earlyFinProcessed, {
  valid: [
    {
      name: 'it waits for the gap to fill',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102`,
    },
    {
      name: 'what filled the gap came between the FIN and its ACK, and once more later',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 1
        +.02   > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102
        +.05   > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102`,
    },
    {
      name: 'the ACK of the gap came first: the gap was filled by what the capture lacks',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 1
        +.001  < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1`,
    },
    {
      name: 'the ACK took its time: what filled the gap can have come meanwhile',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +.03   < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1`,
    },
    {
      name: 'half-way other packets may take another path',
      ladder: `${OPEN}
        +1     > F.  101:101(0) ack 1
        +.001  < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1`,
    },
    {
      name: 'next to the sender likewise',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  101:101(0) ack 1
        +.001  < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1`,
    },
    {
      name: 'data and FIN in one segment',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > FP. 1:101(100) ack 1
        +0     < .   1:1(0) ack 102
        +.2    > FP. 1:101(100) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'the FIN is acknowledged at once, and the bytes in front of it come later',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +0     < .   1:1(0) ack 102
        +.1    > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 102`,
      message: 'early',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5, 6],
    },
  ],
});
