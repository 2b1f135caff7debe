import { simultaneousClose } from '../../src/rules/fin/simultaneous-close.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(simultaneousClose, {
  valid: [
    {
      name: 'one after the other',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'captured in the wrong order, told by the ACK numbers',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 2
        +0     > F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'only one FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'crossing FINs cut off by RST',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   < R.  2:2(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'recorded half-way',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2
        +.001  < .   2:2(0) ack 2`,
      message: 'crossing',
      tier: 'note',
      side: null,
      frames: [4, 5],
    },
    {
      name: 'recorded near the client',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.02   < .   2:2(0) ack 2`,
      message: 'crossing',
      tier: 'note',
      side: null,
    },
    {
      name: 'recorded near the server',
      ladder: `${OPEN_NEAR_SERVER}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 1
        +0     < .   2:2(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'crossing',
      tier: 'note',
      side: null,
    },
  ],
});
