import { finMoved } from '../../src/rules/fin/fin-moved.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finMoved, {
  valid: [
    {
      name: 'a FIN sent again together with its data ends at the same number',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > FP. 1:101(100) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'a FIN sent again alone',
      ladder: `${OPEN}
        +1     > FP. 1:101(100) ack 1
        +.2    > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'FINs of two incarnations',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 1100000
        @ isn server 5100000
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'FINs of two incarnations, the second 65,538 above the first as Linux begins it, its SYN not captured',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 1065539
        @ isn server 5100000
        +1     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'a FIN without ACK is dropped and counts for nothing',
      ladder: `${OPEN}
        +1     > F   101:101(0)
        +.1    > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'a keep-alive at the number of the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +5     > .   1:2(1) ack 1
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'unsigned FINs at other numbers in a connection that both sides sign',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0)           <md5>
        +.01   < S.  0:0(0) ack 1     <md5>
        +.01   > .   1:1(0) ack 1     <md5>
        +1     < F.  301:301(0) ack 1
        +1     > F.  1:1(0) ack 1     <md5>
        +.01   < F.  1:1(0) ack 2     <md5>
        +.01   > .   2:2(0) ack 2     <md5>`,
    },
  ],
  invalid: [
    {
      name: 'a second FIN beyond the first, which nobody takes',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    > F.  11:11(0) ack 1
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'one',
      tier: 'suspect',
      side: 'client',
      frames: [4, 6],
    },
    {
      name: 'a FIN within the data, forged: the receiver goes on',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 ttl 30
        +.02   > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
      message: 'one',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'a forged FIN that the peer acknowledged has another TTL',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 ttl 30
        +.02   < .   1:1(0) ack 2
        +.02   > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
      message: 'one',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'two FINs, both acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.02   > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
      message: 'both',
      tier: 'violation',
      side: 'client',
    },
  ],
});
