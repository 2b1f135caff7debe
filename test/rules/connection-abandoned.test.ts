import { connectionAbandoned } from '../../src/rules/fin/connection-abandoned.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const IDLE = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101`;
const AGAIN = `
  @ isn client 9000000
  @ isn server 9500000
  +9     > S   0:0(0)
  +.02   < S.  0:0(0) ack 1
  +.02   > .   1:1(0) ack 1`;

ruleTester(connectionAbandoned, {
  valid: [
    {
      name: 'closed with RST before the ports are used again',
      ladder: `${IDLE}\n +.1 > R. 101:101(0) ack 1${AGAIN}`,
    },
    {
      name: 'closed with FINs before the ports are used again',
      ladder: `${IDLE}
        +.1    > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2${AGAIN}`,
    },
    {
      name: 'the old connection answers the SYN with a challenge ACK and goes on',
      ladder: `${IDLE}
        +1     > S   9000000:9000000(0)
        +.02   < .   1:1(0) ack 101
        +.02   > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'a SYN that nobody answers, forged or of another host',
      ladder: `${IDLE}
        +1     > S   9000000:9000000(0)
        +1     > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'the same SYN sent again during the opening',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +.02   < S.  0:0(0) ack 1
        +.02   > .   1:1(0) ack 1`,
    },
    {
      name: 'what was acknowledged last was not captured, so the FIN may not have been either',
      ladder: `${IDLE}
        +1     < .   1:1(0) ack 1102${AGAIN}`,
      inconclusive: 'gap',
    },
    {
      name: 'the capture began mid-stream',
      ladder: `
        +0     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101${AGAIN}`,
      inconclusive: 'gap',
    },
    {
      name: 'a pure ACK shows that a FIN was sent and not captured',
      ladder: `${IDLE}
        +1     > .   102:102(0) ack 1${AGAIN}`,
      inconclusive: 'gap',
    },
  ],
  invalid: [
    {
      name: 'the client opens anew without having closed',
      ladder: `${IDLE}${AGAIN}`,
      message: 'abandoned',
      tier: 'suspect',
      side: 'client',
      frames: [5, 6],
    },
  ],
});
