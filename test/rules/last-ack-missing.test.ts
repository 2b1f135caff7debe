import { lastAckMissing } from '../../src/rules/fin/last-ack-missing.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const UP_TO_LAST = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2
  +.1    < F.  1:1(0) ack 2`;

ruleTester(lastAckMissing, {
  valid: [
    { name: 'the last FIN is acknowledged', ladder: `${UP_TO_LAST}\n +.02 > . 2:2(0) ack 2${later(90)}` },
    {
      name: 'it is acknowledged when it comes again',
      ladder: `${UP_TO_LAST}
        +.2    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2${later(90)}`,
    },
    {
      name: 'an old ACK that covers it counts: real stacks process it',
      ladder: `${UP_TO_LAST}
        +.02   > .   1:1(0) ack 2${later(90)}`,
    },
    { name: 'the capture ends', ladder: UP_TO_LAST, inconclusive: 'ends' },
    {
      name: 'the FIN does not come again: its ACK was there, and the capture lacks it',
      ladder: `${UP_TO_LAST}${later(90)}`,
      inconclusive: 'quiet',
    },
    {
      name: 'the capture lacks something of the side that should acknowledge',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 601
        +.1    > P.  601:701(100) ack 1
        +1     > F.  701:701(0) ack 1
        +.02   < .   1:1(0) ack 702
        +.1    < F.  1:1(0) ack 702
        +.2    < F.  1:1(0) ack 702${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'an RST answers the FIN',
      ladder: `${UP_TO_LAST}
        +.2    < F.  1:1(0) ack 2
        +.02   > R   2:2(0)${later(90)}`,
    },
    {
      name: 'it is answered with the number in front of it: that is fin-not-acknowledged',
      ladder: `${UP_TO_LAST}
        +.02   > .   2:2(0) ack 1
        +.2    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 1${later(90)}`,
    },
    {
      name: 'a window of zero kept it out, as the answers show',
      ladder: `${UP_TO_LAST}
        +.02   > .   2:2(0) ack 1 win 0
        +3     < .   1:2(1) ack 2
        +.02   > .   2:2(0) ack 1 win 0${later(90)}`,
    },
    {
      name: 'its timestamp is older than one before it, so that nobody takes it',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0) <TS val 1000 ecr 0>
        +.01   < S.  0:0(0) ack 1 <TS val 900 ecr 1000>
        +.01   > .   1:1(0) ack 1 <TS val 1001 ecr 900>
        +1     > F.  1:1(0) ack 1 <TS val 2000 ecr 900>
        +.02   < .   1:1(0) ack 2 <TS val 1900 ecr 2000>
        +.1    < F.  1:1(0) ack 2 <TS val 500 ecr 2000>
        +.2    < F.  1:1(0) ack 2 <TS val 700 ecr 2000>${later(90)}`,
    },
    {
      name: 'it lacks the timestamp that was agreed, so that its receiver drops it',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0) <TS val 1000 ecr 0>
        +.01   < S.  0:0(0) ack 1 <TS val 900 ecr 1000>
        +.01   > .   1:1(0) ack 1 <TS val 1001 ecr 900>
        +1     > F.  1:1(0) ack 1 <TS val 2000 ecr 900>
        +.02   < .   1:1(0) ack 2 <TS val 1900 ecr 2000>
        +.1    < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'a filter that let only SYN, FIN and RST through',
      ladder: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.1    < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
  ],
  invalid: [
    {
      name: 'the last FIN comes again and again and nobody answers',
      ladder: `${UP_TO_LAST}
        +.2    < F.  1:1(0) ack 2
        +.4    < F.  1:1(0) ack 2${later(90)}`,
      message: 'retransmitted',
      tier: 'suspect',
      side: 'client',
      frames: [4, 6, 7, 8],
    },
    {
      name: 'after a server that closed first',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.3    > F.  1:1(0) ack 2${later(90)}`,
      message: 'retransmitted',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
