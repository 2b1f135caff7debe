import { finWait2Lingering } from '../../src/rules/fin/fin-wait-2-lingering.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const HALF = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2`;

ruleTester(finWait2Lingering, {
  valid: [
    {
      name: 'the peer closes in time',
      ladder: `${HALF}
        +30    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'nothing shows that it is still there: missing-fin tells who does not close',
      ladder: `${HALF}${later(90)}`,
    },
    {
      name: 'it shows itself before the limit',
      ladder: `${HALF}
        +50    > .   1:1(0) ack 1
        +.02   < .   1:1(0) ack 2${later(90)}`,
    },
    {
      name: 'the peer goes on sending',
      ladder: `${HALF}
        +40    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +40    < P.  101:201(100) ack 2
        +.02   > .   2:2(0) ack 201`,
    },
    {
      name: 'an RST right behind the ACK of the FIN is no time-out',
      ladder: `${HALF}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
    },
    {
      name: 'the capture lacks something of the peer',
      ladder: `${HALF}
        +1     > .   2:2(0) ack 101
        +70    > .   1:1(0) ack 101`,
    },
    {
      name: 'a request on a connection whose end was acknowledged meets nobody long before any stack gives up',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +9     < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
    },
  ],
  invalid: [
    {
      name: 'a FIN that meets nobody after some seconds: FIN_WAIT_2 needs no reader to take one',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +4     < F.  1:1(0) ack 2
        +.02   > R   2:2(0)`,
      message: 'reaped',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'probes were answered, and the next one is not',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +5     < .   0:0(0) ack 2
        +.01   > .   2:2(0) ack 1
        +15    < .   0:0(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'reaped',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'a keep-alive of it comes after the limit',
      ladder: `${HALF}
        +70    > .   1:1(0) ack 1
        +.02   < .   1:1(0) ack 2`,
      message: 'kept',
      tier: 'note',
      side: 'client',
      frames: [4, 5, 6],
    },
    {
      name: 'it had been given up when the peer’s FIN came',
      ladder: `${HALF}
        +70    < F.  1:1(0) ack 2
        +.02   > R   2:2(0)`,
      message: 'reaped',
      tier: 'note',
      side: 'client',
      frames: [4, 5, 6, 7],
    },
    {
      name: 'it had been given up when data came',
      ladder: `${HALF}
        +70    < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
      message: 'reaped',
      tier: 'note',
      side: 'client',
    },
  ],
});
