import { rstAnswered } from '../../src/rules/reset/rst-answered.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const SENT = `${OPEN}
  +.1    > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101`;

ruleTester(rstAnswered, {
  valid: [
    {
      name: 'an RST below the window is dropped in silence',
      ladder: `${SENT}
        +1     > R   1:1(0)
        +3     < P.  1:101(100) ack 101`,
    },
    {
      name: 'an RST in the window, not exact, draws a challenge ACK',
      ladder: `${SENT}
        +1     > R   201:201(0)
        +.01   < .   1:1(0) ack 101`,
    },
    {
      name: 'the ACK is about data that came right before',
      ladder: `${SENT}
        +1     > P.  101:201(100) ack 1
        +.001  > R   1:1(0)
        +.01   < .   1:1(0) ack 201`,
    },
    {
      name: 'the ACK is about old data that came again',
      ladder: `${SENT}
        +1     > P.  1:101(100) ack 1
        +.001  > R   1:1(0)
        +.01   < .   1:1(0) ack 101`,
    },
    {
      name: 'the ACK answers a probe',
      ladder: `${SENT}
        +1     > .   100:100(0) ack 1
        +.001  > R   1:1(0)
        +.01   < .   1:1(0) ack 101`,
    },
    {
      name: 'the ACK opens the window',
      ladder: `${SENT}
        +1     > R   1:1(0)
        +.01   < .   1:1(0) ack 101 win 900`,
    },
    {
      name: 'the ACK comes much later: a keep-alive of a stack that probes at its next number',
      ladder: `${SENT}
        +1     > R   1:1(0)
        +60    < .   1:1(0) ack 101`,
    },
    {
      name: 'text in an RST that was obeyed',
      ladder: `${SENT}
        +1     > R.  101:121(20) ack 1`,
    },
    {
      name: 'text in an RST, and the real side goes on with data at its number',
      ladder: `${SENT}
        +1     > R.  101:121(20) ack 1
        +.001  > P.  101:121(20) ack 1
        +.02   < .   1:1(0) ack 121`,
    },
  ],
  invalid: [
    {
      name: 'an RST below the window',
      ladder: `${SENT}
        +1     > R   1:1(0)
        +.01   < .   1:1(0) ack 101`,
      message: 'outside',
      tier: 'suspect',
      side: 'server',
      frames: [6, 7],
    },
    {
      name: 'an RST above it',
      ladder: `${SENT}
        +1     > R   900000000:900000000(0)
        +.01   < .   1:1(0) ack 101
        +1     > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
      message: 'outside',
      tier: 'suspect',
      side: 'server',
      frames: [6, 7],
    },
    {
      name: 'one after the other: a loop',
      ladder: `${SENT}
        +1     > R   1:1(0)
        +.01   < .   1:1(0) ack 101
        +.01   > R   1:1(0)
        +.01   < .   1:1(0) ack 101
        +.01   > R   1:1(0)
        +.01   < .   1:1(0) ack 101`,
      message: 'loop',
      tier: 'suspect',
      side: 'server',
      frames: [6, 7, 8, 9, 10, 11],
    },
    {
      name: 'the text of an RST is acknowledged',
      ladder: `${SENT}
        +1     > R.  101:121(20) ack 1
        +.01   < .   1:1(0) ack 121
        +.01   > R   121:121(0)`,
      message: 'text',
      tier: 'suspect',
      side: 'server',
      frames: [6, 7],
    },
  ],
});
