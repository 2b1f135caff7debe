import { finRetransmitted } from '../../src/rules/fin/fin-retransmitted.ts';
import { OPEN, OPEN_NEAR_CLIENT } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finRetransmitted, {
  valid: [
    {
      name: 'each FIN once',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'the same frame captured twice, by its IP identification, is no retransmission',
      ladder: `@ isn client 1000000
        ${OPEN}
        +1     > F.  1:1(0) ack 1 ipid 77
        +.03   > F.  1:1(0) ack 1 ipid 77
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'in CLOSING, FreeBSD acknowledges with its own FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.001  < F.  1:1(0) ack 2`,
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
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'keep-alive probes at the number of the FIN are no copies of it',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 2
        +10    > .   1:1(0) ack 1
        +.04   < .   1:1(0) ack 2
        +10    > .   1:1(0) ack 1
        +.04   < .   1:1(0) ack 2`,
    },
    {
      name: 'the FIN of the peer comes again and again, and is acknowledged each time',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    > .   2:2(0) ack 1
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'sent again, then acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2`,
      message: 'again',
      tier: 'note',
      side: 'client',
      frames: [4, 5, 6],
      evidence: { copies: 3, gaps: '0.2, 0.4', late: 0 },
    },
    {
      name: 'sent again after it had been acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.15   < .   1:1(0) ack 2
        +.05   > F.  1:1(0) ack 1`,
      message: 'needless',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'three copies behind ACKs that had arrived, next to the side',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 2
        +.2    > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 2
        +.3    > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 2
        +.4    > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 2`,
      message: 'deaf',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'half-way the ACKs may be lost behind the capture',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.2    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.3    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.4    > F.  1:1(0) ack 1`,
      message: 'needless',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'sent again with the data before it',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > FP. 1:101(100) ack 1
        +.02   < .   1:1(0) ack 102`,
      message: 'again',
      tier: 'note',
      side: 'client',
    },
  ],
});
