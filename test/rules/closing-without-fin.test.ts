import { closingWithoutFin } from '../../src/rules/fin/closing-without-fin.ts';
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
    {
      name: 'half-way the copies may be lost behind the capture: fin-not-acknowledged suspects the side',
      ladder: `${OPEN}${CROSSED}${ANSWERED}`,
    },
    { name: 'next to the other side likewise', ladder: `${OPEN_NEAR_CLIENT}${CROSSED}${ANSWERED}` },
    {
      name: 'next to the side, but what it sent answers no copy',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}
        +.2    > F.  1:1(0) ack 2
        +.1    < .   2:2(0) ack 1
        +.3    > F.  1:1(0) ack 2
        +.1    < .   2:2(0) ack 1`,
    },
    {
      name: 'the copies acknowledge what was never sent and are rightly dropped',
      ladder: `${OPEN_NEAR_SERVER}${CROSSED}${ANSWERED.replaceAll('0) ack 2', '0) ack 9')}`,
    },
    {
      name: 'keep-alive probes stand at the number of an acknowledged FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.5    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +10    > .   1:1(0) ack 101
        +.02   < .   101:101(0) ack 2
        +10    > .   1:1(0) ack 101
        +.02   < .   101:101(0) ack 2
        +10    > .   1:1(0) ack 101
        +.02   < .   101:101(0) ack 2`,
    },
    {
      name: 'ACKs that were sent before the FIN and captured behind it',
      ladder: `${OPEN}
        +1     < P.  1:101(100) ack 1
        +0     < P.  101:201(100) ack 1
        +.02   > F.  1:1(0) ack 201
        +0     > .   1:1(0) ack 101
        +0     > .   1:1(0) ack 201
        +.02   < F.  201:201(0) ack 2
        +.02   > .   2:2(0) ack 202`,
    },
    {
      name: 'in CLOSING, FreeBSD acknowledges with its own FIN, which had not been acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2`,
    },
    {
      name: 'data under way when the FIN came are acknowledged by the FIN again, before it is acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < P.  1:101(100) ack 1
        +.001  < P.  101:201(100) ack 1
        +.02   > F.  1:1(0) ack 101
        +0     > F.  1:1(0) ack 201
        +.02   < .   201:201(0) ack 2`,
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
      name: 'behind its FIN the ACKs of a side carry the number of that FIN',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +0     > F.  1:1(0) ack 2
        +.02   < .   1:1(0) ack 2
        +.2    > F.  1:1(0) ack 2
        +.02   < .   1:1(0) ack 2`,
      message: 'uncounted',
      tier: 'violation',
      side: 'server',
      frames: [4, 6, 8],
    },
    {
      name: 'data are acknowledged by copies of a FIN that had been acknowledged with data',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < P.  1:101(100) ack 2
        +.02   > F.  1:1(0) ack 101
        +.1    < P.  101:201(100) ack 2
        +.02   > F.  1:1(0) ack 201`,
      message: 'repeated',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'in CLOSING the timer sends the number of the FIN again, without the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +0     < F.  1:1(0) ack 1
        +.2    < F.  1:1(0) ack 1
        +0     > .   1:1(0) ack 2
        +.2    > .   1:1(0) ack 2
        +.4    > .   1:1(0) ack 2
        +.8    > .   1:1(0) ack 2
        +1.6   > .   1:1(0) ack 2`,
      message: 'dropped',
      tier: 'violation',
      side: 'client',
    },
  ],
});
