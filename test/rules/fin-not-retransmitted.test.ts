import { finNotRetransmitted } from '../../src/rules/fin/fin-not-retransmitted.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finNotRetransmitted, {
  valid: [
    {
      name: 'the FIN comes again',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 1
        +.2    > F.  1:1(0) ack 101
        +.02   < .   101:101(0) ack 2${later(90)}`,
    },
    {
      name: 'what the peer sent crossed the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.01   < P.  1:101(100) ack 1${later(90)}`,
    },
    {
      name: 'the FIN was acknowledged in the end',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 1
        +.5    < .   101:101(0) ack 2${later(90)}`,
    },
    {
      name: 'an RST ended it',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 1
        +.02   > R   1:1(0)${later(90)}`,
    },
    {
      name: 'data in front of the FIN is missing and comes again first',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    < P.  1:101(100) ack 1
        +.02   > P.  1:101(100) ack 101
        +.4    > P.  1:101(100) ack 101${later(90)}`,
    },
    {
      name: 'the peer has no room',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < .   1:1(0) ack 1 win 0${later(90)}`,
    },
    {
      name: 'the capture ends before any timer must have run out',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 1${later(20)}`,
      inconclusive: 'ends',
    },
    {
      name: 'the capture lacks something of that side',
      ladder: `${OPEN}
        +.1    < .   1:1(0) ack 101
        +1     > P.  101:201(100) ack 1
        +.1    > F.  201:201(0) ack 1
        +.2    < P.  1:101(100) ack 201${later(90)}`,
      inconclusive: 'gap',
    },
  ],
  invalid: [
    {
      name: 'the peer shows that the FIN did not come, and nothing follows',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    < P.  1:101(100) ack 1${later(90)}`,
      message: 'never',
      tier: 'suspect',
      side: 'client',
      frames: [4, 5],
    },
    {
      name: 'an RST at the end hides nothing',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +59    < P.  1:101(100) ack 1
        +.02   > R   1:1(0)${later(90)}`,
      message: 'reset',
      tier: 'suspect',
      side: 'client',
      frames: [4, 5, 6],
    },
  ],
});
