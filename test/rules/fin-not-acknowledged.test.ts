import { finNotAcknowledged } from '../../src/rules/fin/fin-not-acknowledged.ts';
import { later, OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FOUR_FINS = `
  +1     > F.  1:1(0) ack 1
  +.2    > F.  1:1(0) ack 1
  +.4    > F.  1:1(0) ack 1
  +.8    > F.  1:1(0) ack 1`;
const STUCK = `
  +1     > F.  1:1(0) ack 1
  +.2    > F.  1:1(0) ack 1
  +.4    > F.  1:1(0) ack 1
  +.1    < P.  1:101(100) ack 1
  +.7    > F.  1:1(0) ack 101
  +.1    < P.  101:201(100) ack 1`;

ruleTester(finNotAcknowledged, {
  valid: [
    {
      name: 'the FIN was lost twice and then acknowledged',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'two copies and silence are no proof yet',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1${later(60)}`,
    },
    {
      name: 'the capture ends right behind the third copy',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1`,
      inconclusive: 'ends',
    },
    {
      name: 'one refusal, behind which the FIN is acknowledged',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2${later(60)}`,
    },
    {
      name: 'its timestamp is older than one before it (PAWS)',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0) <TS val 1000 ecr 0>
        +.0001 < S.  0:0(0) ack 1 <TS val 1 ecr 1000>
        +.04   > .   1:1(0) ack 1 <TS val 1001 ecr 1>
        +1     > F.  1:1(0) ack 1 <TS val 500 ecr 1>
        +0     < .   1:1(0) ack 1 <TS val 1100 ecr 1001>
        +.2    > F.  1:1(0) ack 1 <TS val 510 ecr 1>
        +0     < .   1:1(0) ack 1 <TS val 1300 ecr 1001>
        +.4    > F.  1:1(0) ack 1 <TS val 520 ecr 1>
        +0     < .   1:1(0) ack 1 <TS val 1700 ecr 1001>${later(60)}`,
    },
    {
      name: 'it comes without the timestamp that was agreed',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0) <TS val 1000 ecr 0>
        +.0001 < S.  0:0(0) ack 1 <TS val 1 ecr 1000>
        +.04   > .   1:1(0) ack 1 <TS val 1001 ecr 1>
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1 <TS val 1100 ecr 1001>
        +.2    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1 <TS val 1300 ecr 1001>${later(60)}`,
      inconclusive: 'dropped',
    },
    {
      name: 'near the side, whose ACK number shows that data before the FIN did not arrive',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > P.  1:101(100) ack 1${STUCK.replaceAll('1:1(0)', '101:101(0)')}${later(60)}`,
      inconclusive: 'dropped',
    },
    {
      name: 'an ACK that was under way when the FIN came, and an RST of the peer that gave up',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.005  < .   1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.8    > R.  2:2(0) ack 1${later(60)}`,
    },
    {
      name: 'the capture ends right behind the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1`,
      inconclusive: 'ends',
    },
    {
      name: 'only one direction was captured',
      ladder: `
        +0     > S   0:0(0)
        +.02   > .   1:1(0) ack 1${FOUR_FINS}${later(60)}`,
      inconclusive: 'gap',
    },
    {
      name: 'bytes before the FIN never came, so that it cannot be taken',
      ladder: `${OPEN}
        +1     > F.  501:501(0) ack 1
        +.2    > F.  501:501(0) ack 1
        +.4    > F.  501:501(0) ack 1
        +.8    > F.  501:501(0) ack 1
        +.02   < .   1:1(0) ack 1${later(60)}`,
      inconclusive: 'gap',
    },
    {
      name: 'the window is closed: nothing that takes room is acceptable',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +.2    < .   1:1(0) ack 1 win 0
        +.2    > F.  1:1(0) ack 1
        +.2    < .   1:1(0) ack 1 win 0
        +.4    > F.  1:1(0) ack 1
        +.2    < .   1:1(0) ack 1 win 0
        +.8    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0${later(60)}`,
      inconclusive: 'window',
    },
    {
      name: 'an RST answers the last copy',
      ladder: `${OPEN}${FOUR_FINS}
        +.02   < R   1:1(0)${later(60)}`,
    },
    {
      name: 'the last FIN of an exchange is another matter',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +.1    > F.  1:1(0) ack 2
        +.2    > F.  1:1(0) ack 2
        +.4    > F.  1:1(0) ack 2
        +.8    > F.  1:1(0) ack 2${later(60)}`,
    },
    {
      name: 'offload merges data with the FIN, whose end is covered',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > FP. 1:101(100) ack 1
        +.4    > FP. 1:101(100) ack 1
        +.8    > FP. 1:101(100) ack 1
        +.02   < .   1:1(0) ack 102${later(60)}`,
    },
  ],
  invalid: [
    {
      name: 'near the side that goes on sending and does not take the FIN',
      ladder: `${OPEN_NEAR_SERVER}${STUCK}${later(60)}`,
      message: 'refused',
      tier: 'violation',
      side: 'server',
    },
    {
      name: 'the same half-way: the FIN may have been lost behind the capture',
      ladder: `${OPEN}${STUCK}${later(60)}`,
      message: 'alive',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'near the other side likewise',
      ladder: `${OPEN_NEAR_CLIENT}${STUCK}${later(60)}`,
      message: 'alive',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'near the side, but all it sent crossed the first copy: then it is silent',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +.001  < P.  1:101(100) ack 1
        +.2    > F.  1:1(0) ack 101
        +.4    > F.  1:1(0) ack 101
        +.8    > F.  1:1(0) ack 101${later(60)}`,
      message: 'silent',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'near the side, which answers two copies with the number in front of them',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1${later(60)}`,
      message: 'refused',
      tier: 'violation',
      side: 'server',
      frames: [4, 5, 6, 7],
    },
    {
      name: 'the second FIN of a close likewise, which leaves its receiver in FIN_WAIT_2',
      ladder: `${OPEN_NEAR_SERVER}
        +1     < F.  1:1(0) ack 1
        +.04   > .   1:1(0) ack 2
        +.1    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1
        +.2    > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 1${later(60)}`,
      message: 'refused',
      tier: 'violation',
      side: 'server',
    },
    {
      name: 'far from the side that answers: what it answers may be something else',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.04   < .   1:1(0) ack 1${later(60)}`,
      message: 'answered',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'refused again and again before the peer gave up with RST',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.6    > R.  2:2(0) ack 1${later(60)}`,
      message: 'refused',
      tier: 'violation',
      side: 'server',
    },
    {
      name: 'crossing FINs, behind which a side is silent',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     > F.  1:1(0) ack 1
        +.04   < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +1     > F.  1:1(0) ack 2
        +2     > F.  1:1(0) ack 2
        +4     > F.  1:1(0) ack 2${later(60)}`,
      message: 'silent',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'nothing follows',
      ladder: `${OPEN}${FOUR_FINS}${later(60)}`,
      message: 'silent',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5, 6, 7],
    },
  ],
});
