import { finWithoutTimestamps } from '../../src/rules/fin/fin-without-timestamps.ts';
import { ruleTester } from '../support/rule-tester.ts';

const TIMED = `
  +0     > S   0:0(0)          <TS val 100 ecr 0>
  +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
  +.01   > .   1:1(0) ack 1    <TS val 110 ecr 900>`;

ruleTester(finWithoutTimestamps, {
  valid: [
    {
      name: 'every segment carries the option',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1    <TS val 1110 ecr 900>
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 1110>
        +.01   > .   2:2(0) ack 2    <TS val 1120 ecr 1900>`,
    },
    {
      name: 'only one side offered it',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +.01   > .   2:2(0) ack 2`,
    },
    {
      name: 'an RST may come without',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1    <TS val 1110 ecr 900>
        +.01   < R   1:1(0)`,
    },
    {
      name: 'the snap length cut the options of the FIN',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1    <TS val 1110 ecr 900> cut 60
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 1110>
        +.01   > .   2:2(0) ack 2    <TS val 1120 ecr 1900>`,
    },
    {
      name: 'the SYN came again without the offer',
      restsOn: 2,
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +3     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 110 ecr 900>
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 1110>
        +.01   > .   2:2(0) ack 2    <TS val 1120 ecr 1900>`,
    },
    {
      name: 'what came before the FIN is not looked at',
      ladder: `${TIMED}
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101  <TS val 1900 ecr 1110>
        +1     > F.  101:101(0) ack 1 <TS val 2110 ecr 900>
        +.01   < F.  1:1(0) ack 102  <TS val 2900 ecr 2110>
        +.01   > .   102:102(0) ack 2 <TS val 2120 ecr 2900>`,
    },
    {
      name: 'a FIN from elsewhere, with data, in the name of the side',
      ladder: `${TIMED}
        +1     < FP. 1:61(60) ack 1  ttl 50
        +.01   > .   1:1(0) ack 62   <TS val 1110 ecr 900>`,
    },
  ],
  invalid: [
    {
      name: 'the FIN lacks it',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 110>
        +.01   > .   2:2(0) ack 2    <TS val 1120 ecr 1900>`,
      message: 'missing',
      tier: 'violation',
      side: 'client',
      frames: [4],
    },
    {
      name: 'the last ACK lacks it',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1    <TS val 1110 ecr 900>
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 1110>
        +.01   > .   2:2(0) ack 2`,
      message: 'missing',
      tier: 'violation',
      side: 'client',
      frames: [6],
    },
    {
      name: 'a FIN with a TTL one hop off may be that of a device',
      ladder: `${TIMED}
        +1     > F.  1:1(0) ack 1    ttl 63
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 110>
        +.01   > .   2:2(0) ack 2    <TS val 1120 ecr 1900>`,
      message: 'missing',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'no segment behind the SYN carries it: something may strip it',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2    <TS val 1900 ecr 110>
        +.01   > .   2:2(0) ack 2`,
      message: 'missing',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
