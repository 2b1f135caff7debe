import { threeWayClose } from '../../src/rules/fin/three-way-close.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(threeWayClose, {
  valid: [
    {
      name: 'four segments',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'crossing FINs',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2
        +.001  < .   2:2(0) ack 2`,
    },
    {
      name: 'the last ACK is missing',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2`,
    },
    {
      name: 'more data between the two FINs',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < P.  1:101(100) ack 2
        +.02   < F.  101:101(0) ack 2
        +.02   > .   2:2(0) ack 102`,
    },
  ],
  invalid: [
    {
      name: 'FIN, FIN+ACK, ACK',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'three',
      tier: 'note',
      side: 'server',
      frames: [4, 5, 6],
    },
    {
      name: 'begun by the server, mid-stream',
      ladder: `
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2`,
      message: 'three',
      tier: 'note',
      side: 'client',
    },
  ],
});
