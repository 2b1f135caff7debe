import { rstInexactObeyed } from '../../src/rules/reset/rst-inexact-obeyed.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(rstInexactObeyed, {
  valid: [
    {
      name: 'a challenge ACK answers it',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +.02   > .   1:1(0) ack 1`,
    },
    {
      name: 'the RST is exact',
      ladder: `${OPEN}
        +1     < R.  1:1(0) ack 1
        +1     < P.  1:101(100) ack 1
        +.02   > R   1:1(0)`,
    },
    {
      name: 'data that was captured and not yet acknowledged makes it exact',
      ladder: `${OPEN}
        +1     < P.  1:11(10) ack 1
        +.001  < R.  11:11(0) ack 1
        +1     < P.  1:11(10) ack 1
        +.02   > R   1:1(0)`,
    },
    {
      name: 'nothing shows that it was obeyed',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1`,
    },
    {
      name: 'the capture lacks something of its sender',
      ladder: `${OPEN}
        +.1    > .   1:1(0) ack 101
        +.1    < P.  101:201(100) ack 1
        +.02   > .   1:1(0) ack 201
        +1     < R.  211:211(0) ack 1
        +1     < P.  201:301(100) ack 1
        +.02   > R   1:1(0)`,
    },
    {
      name: 'outside of the window it does nothing',
      ladder: `${OPEN}
        +1     < R.  9999999:9999999(0) ack 1
        +1     > P.  1:101(100) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'the connection is gone behind it',
      ladder: `${OPEN}
        +1     < R.  11:11(0) ack 1
        +1     < P.  1:101(100) ack 1
        +.02   > R   1:1(0)`,
      message: 'obeyed',
      tier: 'note',
      side: 'client',
      frames: [4],
    },
  ],
});
