import { rstAnswersRst } from '../../src/rules/reset/rst-answers-rst.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(rstAnswersRst, {
  valid: [
    {
      name: 'the RST answers data',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +.02   < R   1:1(0)`,
    },
    {
      name: 'data and an RST came right before it: it answers the data',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +.001  > R.  101:101(0) ack 1
        +.02   < R   1:1(0)`,
    },
    {
      name: 'both abort at once, with ACK',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.001  < R.  1:1(0) ack 1`,
    },
    {
      name: 'its number is not that which an answer would have',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.02   < R   5:5(0)`,
    },
    {
      name: 'the RST before has no ACK number to take',
      ladder: `${OPEN}
        +1     > R   1:1(0)
        +.02   < R   1:1(0)`,
    },
    {
      name: 'the capture lacks something of the peer',
      ladder: `${OPEN}
        +.1    < .   1:1(0) ack 101
        +1     > R.  101:101(0) ack 1
        +.02   < R   1:1(0)`,
    },
    {
      name: 'an RST long before has nothing to do with it',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +9     < R   1:1(0)`,
    },
    {
      name: 'an answer that took a slow host 150 ms',
      ladder: `${OPEN}
        +1     > P.  1:32(31) ack 1
        +.001  > R.  32:32(0) ack 1
        +.15   < R   1:1(0)`,
    },
  ],
  invalid: [
    {
      name: 'once it may be an abort, or answer what the capture lacks',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)`,
      message: 'once',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5],
    },
    {
      name: 'twice likewise',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)`,
      message: 'again',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'three times',
      ladder: `${OPEN}
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)
        +1     > R.  1:1(0) ack 1
        +.02   < R   1:1(0)`,
      message: 'again',
      tier: 'violation',
      side: 'server',
      frames: [4, 5, 6, 7, 8, 9],
    },
  ],
});
