import { rstOutOfWindow } from '../../src/rules/reset/rst-out-of-window.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(rstOutOfWindow, {
  valid: [
    { name: 'an exact RST ends the connection', ladder: `${OPEN}\n +1 < R. 1:1(0) ack 1` },
    {
      name: 'anything between the highest ACK and what was sent may be exact',
      ladder: `${OPEN}
        +1     < P.  1:101(100) ack 1
        +0     < P.  101:201(100) ack 1
        +0     < R.  101:101(0) ack 1`,
    },
    {
      name: 'in the window and not exact, and the receiver falls silent: legacy behaviour',
      ladder: `${OPEN}\n +1 < R. 1000:1000(0) ack 1`,
    },
    { name: 'a SYN refused', ladder: '+0 > S 0:0(0)\n+.01 < R. =0:0(0) ack 1' },
    {
      name: 'an RST to a side that is closed already',
      ladder: `${OPEN}
        +1     < R.  1:1(0) ack 1
        +.1    < R   90000000:90000000(0)`,
    },
    {
      name: 'the right edge is not sharp: stacks round their buffers up',
      ladder: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1 win 1000
        +1     < R.  1101:1101(0) ack 1`,
      options: { window: 1000 },
    },
    {
      name: 'it is answered with an ACK: another rule tells of it',
      ladder: `${OPEN}
        +.1    < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101
        +1     < R   1:1(0)
        +.01   > .   1:1(0) ack 101`,
    },
    {
      name: 'the first of two RSTs, of which the second ends it',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.001  > P.  1:32(31) ack 1
        +0     > F.  32:32(0) ack 2
        +.01   < R   1:1(0)
        +0     < R   2:2(0)`,
    },
  ],
  invalid: [
    {
      name: 'far outside',
      ladder: `${OPEN}
        +1     < R.  90000000:90000000(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
      message: 'outside',
      tier: 'note',
      side: 'server',
      frames: [4],
    },
    {
      name: 'stale: below what the receiver had acknowledged',
      ladder: `${OPEN}
        +1     < P.  1:101(100) ack 1
        +.01   > .   1:1(0) ack 101
        +.02   < R   1:1(0)
        +1     > P.  1:101(100) ack 101
        +.02   < .   101:101(0) ack 101`,
      message: 'outside',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'in the window, not exact, and answered by a challenge ACK',
      ladder: `${OPEN}
        +1     < R.  1000:1000(0) ack 1
        +.01   > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
      message: 'inexact',
      tier: 'note',
      side: 'server',
    },
  ],
});
