import { halfClose } from '../../src/rules/fin/half-close.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FIRST_FIN = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2`;

ruleTester(halfClose, {
  valid: [
    {
      name: 'nothing but the other FIN comes',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'data that had been sent before comes again',
      ladder: `${OPEN}
        +1     < P.  1:101(100) ack 1
        +.01   > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +.1    < F.  101:101(0) ack 2
        +.02   > .   2:2(0) ack 102`,
    },
    {
      name: 'data in the segment that carries ACK and FIN was on its way',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < FP. 1:101(100) ack 2
        +.02   > .   2:2(0) ack 102`,
    },
    {
      name: 'data that a closed end answers with RST',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
    },
    {
      name: 'crossing FINs with data',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < FP. 1:101(100) ack 1
        +.02   > .   2:2(0) ack 102
        +.001  < .   102:102(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'more data after the ACK of the FIN',
      ladder: `${FIRST_FIN}
        +.5    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +.5    < F.  101:101(0) ack 2
        +.02   > .   2:2(0) ack 102`,
      message: 'half',
      tier: 'note',
      side: 'server',
      evidence: { bytes: 100, duration: 0.5 },
    },
    {
      name: 'the last data comes with the FIN',
      ladder: `${FIRST_FIN}
        +.5    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +.5    < FP. 101:151(50) ack 2
        +.02   > .   2:2(0) ack 152`,
      message: 'half',
      tier: 'note',
      side: 'server',
    },
  ],
});
