import { rstInSynchronized } from '../../src/rules/reset/rst-in-synchronized.ts';
import { OPEN, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const OLD = `
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +1     > P.  1:101(100) ack 1
  +0     < R   1:1(0)
  +1     < P.  1:51(50) ack 101
  +.04   > .   101:101(0) ack 51`;

ruleTester(rstInSynchronized, {
  valid: [
    {
      name: 'an ACK answers the old segment',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > P.  1:101(100) ack 1
        +0     < .   1:1(0) ack 101`,
    },
    {
      name: 'it had lost the connection: nothing of it follows',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > P.  1:101(100) ack 1
        +0     < R   1:1(0)`,
    },
    {
      name: 'the segment was new',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > P.  101:201(100) ack 1
        +0     < R   1:1(0)
        +1     < P.  1:51(50) ack 101`,
    },
    {
      name: 'a TTL unlike its own: rst-injected has it',
      ladder: `${OPEN_NEAR_SERVER}${OLD.replace('R   1:1(0)', 'R   1:1(0) ttl 33')}`,
    },
    {
      name: 'nothing that it answers',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +9     < R   1:1(0)
        +1     < P.  1:51(50) ack 101`,
    },
  ],
  invalid: [
    {
      name: 'next to the side, with its TTL',
      ladder: `${OPEN_NEAR_SERVER}${OLD}`,
      message: 'answered',
      tier: 'violation',
      side: 'server',
      frames: [6, 7],
    },
    {
      name: 'half-way something on the path may have sent it',
      ladder: `${OPEN}${OLD}`,
      message: 'answered',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'a hop nearer than the side itself',
      ladder: `${OPEN_NEAR_SERVER}${OLD.replace('R   1:1(0)', 'R   1:1(0) ttl 65')}`,
      message: 'answered',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
