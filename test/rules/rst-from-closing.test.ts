import { rstFromClosing } from '../../src/rules/reset/rst-from-closing.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;

ruleTester(rstFromClosing, {
  valid: [
    {
      name: 'nothing but the exchange',
      ladder: `${CLOSED}`,
    },
    {
      name: 'the RST answers a late segment',
      ladder: `${CLOSED}
        +.5    < F.  1:1(0) ack 2
        +.02   > R   2:2(0)`,
    },
    {
      name: 'it gives up its last FIN and says so',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.4    < F.  1:1(0) ack 2
        +.8    < F.  1:1(0) ack 2
        +9     < R.  2:2(0) ack 2`,
    },
    {
      name: 'an RST before the peer closed is another matter',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +1     > R.  2:2(0) ack 1`,
    },
    {
      name: 'it went on, so the RST is not its own',
      ladder: `${CLOSED}
        +.5    > R.  2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'the capture lacks something of the peer',
      ladder: `${OPEN}
        +.1    > .   1:1(0) ack 101
        +.1    < P.  101:201(100) ack 1
        +1     > F.  1:1(0) ack 201
        +.02   < F.  201:201(0) ack 2
        +.02   > .   2:2(0) ack 202
        +.5    > R.  2:2(0) ack 202`,
    },
    {
      name: 'TIME_WAIT is only assumed',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.5    > R.  2:2(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'out of TIME_WAIT',
      ladder: `${CLOSED}
        +.5    > R.  2:2(0) ack 2`,
      message: 'unprompted',
      tier: 'suspect',
      side: 'client',
      frames: [5, 7],
    },
    {
      name: 'out of LAST_ACK',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.5    < R.  2:2(0) ack 2`,
      message: 'unprompted',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'out of CLOSING',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2
        +.5    > R.  2:2(0) ack 2`,
      message: 'unprompted',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
