import { ackPastFin } from '../../src/rules/fin/ack-past-fin.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(ackPastFin, {
  valid: [
    {
      name: 'the FIN is acknowledged exactly, again and again',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +.1    < F.  101:101(0) ack 2
        +.02   > .   2:2(0) ack 102`,
    },
    {
      name: 'what lies behind the FIN was sent: the fault is with its sender',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   > P.  2:102(100) ack 1
        +.02   < .   1:1(0) ack 102`,
    },
    {
      name: 'the FIN was merged with data by offload',
      ladder: `${OPEN}
        +1     > FP. 1:64001(64000) ack 1
        +.02   < .   1:1(0) ack 32001
        +.02   < .   1:1(0) ack 64002
        +.02   < F.  1:1(0) ack 64002
        +.02   > .   64002:64002(0) ack 2`,
    },
    {
      name: 'an ACK of the next incarnation, whose opening was not captured',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 1065539
        @ isn server 5100000
        +1     < .   1:1(0) ack 1
        +0     > .   1:1(0) ack 1`,
    },
    {
      name: 'the ACK number of an RST means nothing',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < R.  1:1(0) ack 90
        +.02   > F.  1:1(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'an ACK above the FIN, which its sender does not take for one',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 8
        +.2    > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'past',
      tier: 'violation',
      side: 'server',
      frames: [4, 5],
      evidence: { finEnd: 1_000_002, ack: 1_000_008, beyond: 6 },
    },
    {
      name: 'a proxy that makes the response longer, recorded on both of its sides',
      ladder: `${OPEN}
        +1     > P.  1:53(52) ack 1
        +.01   < P.  1:512(511) ack 53
        +.01   < F.  512:512(0) ack 53
        +.01   > .   53:53(0) ack 562
        +.01   > F.  53:53(0) ack 563
        +.01   < .   513:513(0) ack 54`,
      message: 'translated',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'the difference showed before the FIN',
      ladder: `${OPEN}
        +1     > P.  1:99(98) ack 1
        +.01   < .   1:1(0) ack 107
        +.01   > F.  99:99(0) ack 1
        +.01   < F.  1:1(0) ack 108
        +.2    > F.  99:99(0) ack 2`,
      message: 'translated',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
