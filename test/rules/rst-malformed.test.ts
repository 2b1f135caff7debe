import { rstMalformed } from '../../src/rules/rst-malformed.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FIRST_FIN = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2`;

ruleTester(rstMalformed, {
  valid: [
    {
      name: 'the answer to a segment with ACK',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
    },
    {
      name: 'an abort, at the next number, with ACK',
      ladder: `${FIRST_FIN}
        +.1    > R.  2:2(0) ack 1`,
    },
    {
      name: 'an answer to a segment that had not covered the FIN yet',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.01   < P.  1:101(100) ack 1
        +.02   > R   1:1(0)`,
    },
    {
      name: 'the answer to a segment without ACK',
      ladder: `${FIRST_FIN}
        +.1    < F   1:1(0)
        +.02   > R.  =0:0(0) ack 2`,
    },
    {
      name: 'the answer to a SYN that was captured',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 9000000
        +300   > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'the answer to a SYN that was not captured',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +300   < R.  =0:0(0) ack =9000001`,
    },
    {
      name: 'the next number is not known without a FIN',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +.02   > R.  5000:5000(0) ack 1`,
    },
    {
      name: 'a forged RST with another TTL',
      ladder: `${FIRST_FIN}
        +.1    > R.  5000:5000(0) ack 1 ttl 33
        +1     < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'beyond everything sent and acknowledged',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   5000:5000(0)`,
      message: 'ahead',
      tier: 'violation',
      side: 'client',
      frames: [6, 7],
    },
    {
      name: 'zero, though everything that it can answer has an ACK number',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   =0:0(0)`,
      message: 'zero',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'zero with the ACK number of a segment that has an ACK number itself',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R.  =0:0(0) ack 101`,
      message: 'zero',
      tier: 'violation',
      side: 'client',
    },
  ],
});
