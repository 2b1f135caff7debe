import { ackOfUnsent } from '../../src/rules/fin/ack-of-unsent.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const REQUEST = `${OPEN}
  +1     > P.  1:101(100) ack 1`;

ruleTester(ackOfUnsent, {
  valid: [
    {
      name: 'everything acknowledged was sent',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 101
        +.02   > .   101:101(0) ack 2`,
    },
    {
      name: 'the capture has nothing of what was acknowledged, and nothing says it was never sent',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 201
        +.02   > .   201:201(0) ack 2`,
    },
    {
      name: 'acknowledged and never captured',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 201`,
      inconclusive: 'gap',
    },
    {
      name: 'a keep-alive stands one below the next number',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 102
        +5     > .   101:101(0) ack 2`,
      inconclusive: 'gap',
    },
    {
      name: 'the number shown came within two round trips: it may have crossed',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 201
        +.01   > .   101:101(0) ack 2`,
      inconclusive: 'gap',
    },
    {
      name: 'the difference showed before the closing: something changes the length of the stream',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 201
        +1     < F.  1:1(0) ack 201
        +1     > .   101:101(0) ack 2`,
      inconclusive: 'gap',
    },
    {
      name: 'the peer does not send again what it knows to be unacknowledged',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 201
        +1     > .   101:101(0) ack 2`,
      inconclusive: 'gap',
    },
    {
      name: 'with a FIN of the peer it is ack-past-fin',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'only what one side sent was captured',
      ladder: `
        +0     < S.  0:0(0) ack 1
        +.1    < .   1:1(0) ack 101
        +.02   < F.  1:1(0) ack 201`,
    },
    {
      name: 'the text of an RST is acknowledged: that is no data of the stream',
      ladder: `${OPEN}
        +1     > R.  1:21(20) ack 1
        +.02   < .   1:1(0) ack 21`,
    },
  ],
  invalid: [
    {
      name: 'the peer shows later that it never sent that much',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 201
        +.02   > .   101:101(0) ack 2
        +.2    > P.  1:101(100) ack 2
        +.5    > .   101:101(0) ack 2`,
      message: 'unsent',
      tier: 'violation',
      side: 'server',
      frames: [5, 8],
    },
  ],
});
