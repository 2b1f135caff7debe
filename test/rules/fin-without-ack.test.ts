import { finWithoutAck } from '../../src/rules/fin/fin-without-ack.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finWithoutAck, {
  valid: [
    {
      name: 'FINs with ACK, sent again',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'one FIN without ACK may be forged',
      ladder: `${OPEN}
        +1     > F   1:1(0)
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'a scan with FINs of a port to which nothing was open',
      ladder: `
        +0     > F   1:1(0)
        +.01   < R.  =0:0(0) ack 2
        +1     > F   1:1(0)
        +.01   < R.  =0:0(0) ack 2`,
    },
    {
      name: 'FINs from another distance than the side: something else sent them',
      ladder: `${OPEN}
        +1     > F   1:1(0) ttl 40
        +.2    > F   1:1(0) ttl 40
        +.4    > F   1:1(0) ttl 40`,
    },
  ],
  invalid: [
    {
      name: 'again and again, by the side that closes first',
      ladder: `${OPEN}
        +1     > F   1:1(0)
        +.2    > F   1:1(0)
        +.4    > F   1:1(0)
        +.8    > F   1:1(0)`,
      message: 'bare',
      tier: 'suspect',
      side: 'client',
      frames: [4, 5, 6, 7],
    },
    {
      name: 'by the side that closes second',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +1     < F   1:1(0)
        +1     < F   1:1(0)`,
      message: 'bare',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
