import { rstMalformed } from '../../src/rules/reset/rst-malformed.ts';
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
    {
      name: 'a right refusal',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'a SYN with data, refused with the SYN alone acknowledged',
      ladder: `
        +0     > S   0:100(100)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'the same with all of it acknowledged',
      ladder: `
        +0     > S   0:100(100)
        +.01   < R.  =0:0(0) ack 101`,
    },
    {
      name: 'a refusal of each copy',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1
        +1     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'a closed side answers with ACK set, as some stacks do: the sequence number is right',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R.  2:2(0) ack 101`,
    },
    {
      name: 'a second RST of a closed side answers what came behind the first',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.01   < P.  1:101(100) ack 1
        +.01   > R   1:1(0)`,
    },
    {
      name: 'a number of the stream that an old segment may have asked for',
      ladder: `${OPEN}
        +.1    > P.  1:501(500) ack 1
        +.02   < .   1:1(0) ack 501
        +1     > F.  501:501(0) ack 1
        +.02   < .   1:1(0) ack 502
        +.1    < P.  1:101(100) ack 502
        +.02   > R   301:301(0)`,
    },
    {
      name: 'zero, and the side is there afterwards: something else may have sent it',
      ladder: `${OPEN}
        +1     > R   =0:0(0)
        +1     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
    },
    {
      name: 'a bare RST for one SYN: the SYN,ACK that it is about may be missing',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R   1:1(0)`,
    },
  ],
  invalid: [
    {
      name: 'a refusal that acknowledges the SYN’s own number',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 0
        +1     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 0`,
      message: 'refusal',
      tier: 'violation',
      side: 'server',
      frames: [1, 2, 4],
    },
    {
      name: 'bare RSTs for a SYN',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R   77:77(0)
        +1     > S   0:0(0)
        +.01   < R   99:99(0)
        +2     > S   0:0(0)`,
      message: 'noAck',
      tier: 'violation',
      side: 'server',
      frames: [1, 2, 4],
    },
    {
      name: 'the sequence number of the segment that it answers',
      ladder: `${OPEN}
        +1     > R   1:1(0)
        +.01   < P.  1:101(100) ack 1
        +.01   > R   =1000001:1000001(0)`,
      options: { isn: { client: 9_000_000, server: 1_000_000 } },
      message: 'trigger',
      tier: 'suspect',
      side: 'client',
      frames: [5, 6],
    },
    {
      name: 'in front of everything that the side ever sent',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > R   =500:500(0)`,
      options: { isn: { client: 9_000_000, server: 1_000_000 } },
      message: 'below',
      tier: 'violation',
      side: 'client',
      frames: [6, 7],
    },
    {
      name: 'zero, and the side is gone',
      ladder: `${OPEN}
        +1     > R   =0:0(0)
        +1     < P.  1:101(100) ack 1
        +.3    < P.  1:101(100) ack 1
        +.6    < P.  1:101(100) ack 1
        +1.2   < P.  1:101(100) ack 1`,
      message: 'zero',
      tier: 'suspect',
      side: 'client',
    },
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
