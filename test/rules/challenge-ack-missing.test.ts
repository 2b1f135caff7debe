import { challengeAckMissing } from '../../src/rules/reset/challenge-ack-missing.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(challengeAckMissing, {
  valid: [
    {
      name: 'a challenge ACK answers the RST',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +.02   > .   1:1(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
    {
      name: 'a challenge ACK answers the SYN',
      ladder: `${OPEN}
        +1     < S   9:9(0)
        +.02   > .   1:1(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
    {
      name: 'it was obeyed instead',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1${later(60)}`,
    },
    {
      name: 'an exact RST draws none',
      ladder: `${OPEN}
        +1     < R.  1:1(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
    {
      name: 'an RST out of the window draws none',
      ladder: `${OPEN}
        +1     < R.  9999999:9999999(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
    {
      name: 'the SYN of the opening comes again',
      ladder: `${OPEN}
        +1     > S   0:0(0)
        +3     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
    },
    {
      name: 'the capture lacks something of that side',
      ladder: `${OPEN}
        +.1    < .   1:1(0) ack 101
        +.1    > P.  101:201(100) ack 1
        +1     < R.  11:11(0) ack 1
        +3     > P.  201:301(100) ack 1`,
    },
    {
      name: 'a second RST within the limit of challenge ACKs',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +.001  > .   1:1(0) ack 1
        +.1    < R.  21:21(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
  ],
  invalid: [
    {
      name: 'a second RST behind the limit',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +.001  > .   1:1(0) ack 1
        +1.2   < R.  21:21(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
      message: 'silent',
      tier: 'suspect',
      side: 'client',
      frames: [6, 7],
    },
    {
      name: 'an RST in the window draws nothing',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +3     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
      message: 'silent',
      tier: 'suspect',
      side: 'client',
      frames: [4, 5],
    },
    {
      name: 'a SYN draws nothing',
      ladder: `${OPEN}
        +1     > S   9:9(0)
        +3     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
      message: 'silent',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5],
    },
  ],
});
