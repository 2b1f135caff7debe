import { closeBlocked } from '../../src/rules/fin/close-blocked.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED_WINDOW = `${OPEN}
  +.1    > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101 win 0`;
const REST = `
  +.02   < F.  1:1(0) ack 202
  +.02   > .   202:202(0) ack 2`;

ruleTester(closeBlocked, {
  valid: [
    {
      name: 'a window that is never closed',
      ladder: `${OPEN}
        +.1    > FP. 1:101(100) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'a window that is closed for a moment',
      ladder: `${CLOSED_WINDOW}
        +.3    < .   1:1(0) ack 101
        +.02   > FP. 101:201(100) ack 1${REST}`,
    },
    {
      name: 'a FIN that comes long after the window has opened',
      ladder: `${CLOSED_WINDOW}
        +20    < .   1:1(0) ack 101
        +.02   > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201
        +9     > F.  201:201(0) ack 1${REST}`,
    },
    {
      name: 'a FIN with nothing left to send before it',
      ladder: `${CLOSED_WINDOW}
        +20    < .   1:1(0) ack 101
        +.02   > F.  101:101(0) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'a window that never opens again',
      ladder: `${CLOSED_WINDOW}
        +20    > .   100:100(0) ack 1
        +.02   < .   1:1(0) ack 101 win 0`,
    },
  ],
  invalid: [
    {
      name: 'data and FIN right after twenty seconds without a window',
      ladder: `${CLOSED_WINDOW}
        +20    < .   1:1(0) ack 101
        +.02   > FP. 101:201(100) ack 1${REST}`,
      message: 'held',
      tier: 'suspect',
      side: 'server',
      frames: [6, 7],
      evidence: { blocked: 20 },
    },
    {
      name: 'a slow reader is noted',
      ladder: `${CLOSED_WINDOW}
        +2     < .   1:1(0) ack 101
        +.02   > P.  101:201(100) ack 1
        +.001  > F.  201:201(0) ack 1${REST}`,
      message: 'held',
      tier: 'note',
      side: 'server',
    },
  ],
});
