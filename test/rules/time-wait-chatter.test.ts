import { timeWaitChatter } from '../../src/rules/time-wait/time-wait-chatter.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;

ruleTester(timeWaitChatter, {
  valid: [
    {
      name: 'a copy of the FIN asks for the ACK',
      ladder: `${CLOSED}
        +.2    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'the first ACK of the FIN may be late',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.2    > .   2:2(0) ack 2`,
    },
    {
      name: 'an RST is the matter of rst-from-closing',
      ladder: `${CLOSED}
        +.5    > R.  2:2(0) ack 2`,
    },
    {
      name: 'after 2MSL it is no TIME_WAIT',
      ladder: `${CLOSED}
        +300   > .   2:2(0) ack 2`,
    },
    {
      name: 'the side that closed second may repeat its FIN',
      ladder: `${CLOSED}
        +.2    < F.  1:1(0) ack 2${later(5)}`,
    },
    {
      name: 'the FIN has just come again, and its ACK is delayed',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.01   > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.3    > .   2:2(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'the last ACK once more, two seconds later',
      ladder: `${CLOSED}
        +2     > .   2:2(0) ack 2`,
      message: 'chatter',
      tier: 'note',
      side: 'client',
      frames: [7],
    },
    {
      name: 'copies of its FIN, which had been acknowledged',
      ladder: `${CLOSED}
        +.2    > F.  1:1(0) ack 2
        +.4    > F.  1:1(0) ack 2`,
      message: 'chatter',
      tier: 'note',
      side: 'client',
      frames: [7, 8],
    },
  ],
});
