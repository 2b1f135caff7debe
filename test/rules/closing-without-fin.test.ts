import { closingWithoutFin } from '../../src/rules/closing-without-fin.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CROSSED = `
  +1     > F.  1:1(0) ack 1
  +.001  < F.  1:1(0) ack 1
  +.04   > .   2:2(0) ack 2`;
const ANSWERED = `
  +.2    > F.  1:1(0) ack 2
  +0     < .   2:2(0) ack 1
  +.4    > F.  1:1(0) ack 2
  +0     < .   2:2(0) ack 1`;

ruleTester(closingWithoutFin, {
  valid: [
    {
      name: 'the FINs cross and both are acknowledged',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}
        +.1    < .   2:2(0) ack 2`,
    },
    {
      name: 'one copy is no proof',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}
        +.2    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1`,
    },
    {
      name: 'the ACKs crossed the FIN',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}
        +.001  < .   2:2(0) ack 1
        +.001  < .   2:2(0) ack 1
        +.2    > F.  1:1(0) ack 2`,
    },
    {
      name: 'data in front of the FIN is missing',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  101:101(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.04   > .   102:102(0) ack 2
        +.2    > F.  101:101(0) ack 2
        +0     < .   2:2(0) ack 1
        +.4    > F.  101:101(0) ack 2
        +0     < .   2:2(0) ack 1`,
    },
    {
      name: 'an RST ended it',
      ladder: `${OPEN}${CROSSED}
        +.2    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1
        +.4    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1
        +.04   > R   1:1(0)`,
    },
    {
      name: 'the FINs did not cross',
      ladder: `${OPEN_NEAR_SERVER}
        +1     < F.  1:1(0) ack 1
        +.04   > F.  1:1(0) ack 2
        +.2    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1
        +.4    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'next to the side that answers each copy with the number in front of it',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}${ANSWERED}`,
      message: 'near',
      tier: 'violation',
      side: 'server',
    },
    {
      name: 'half-way the copies may be lost behind the capture',
      ladder: `${OPEN}${CROSSED}${ANSWERED}`,
      message: 'far',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'next to the other side likewise',
      ladder: `${OPEN_NEAR_CLIENT}${CROSSED}${ANSWERED}`,
      message: 'far',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'next to the side, but what it sent answers no copy',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}
        +.2    > F.  1:1(0) ack 2
        +.1    < .   2:2(0) ack 1
        +.3    > F.  1:1(0) ack 2
        +.1    < .   2:2(0) ack 1`,
      message: 'far',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'the copies acknowledge what was never sent and are rightly dropped',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}${ANSWERED.replaceAll('0) ack 2', '0) ack 9')}`,
      message: 'far',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
