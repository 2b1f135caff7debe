import { ackGoesBack } from '../../src/rules/fin/ack-goes-back.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const BACK = `
  +1     > F.  1:1(0) ack 1
  +0     < .   1:1(0) ack 2
  +.1    < P.  1:51(50) ack 1
  +.1    < P.  51:101(50) ack 1
  +.1    < F.  101:101(0) ack 1
  +.04   > .   2:2(0) ack 102`;

ruleTester(ackGoesBack, {
  valid: [
    {
      name: 'what comes behind the ACK of the FIN acknowledges it as well',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2
        +.1    < P.  1:51(50) ack 2
        +.1    < F.  51:51(0) ack 2
        +.04   > .   2:2(0) ack 52`,
    },
    {
      name: 'data that were sent before the ACK and overtaken by it: the ACK begins behind them',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   101:101(0) ack 2
        +0     < P.  1:51(50) ack 1
        +0     < P.  51:101(50) ack 1
        +.04   > .   2:2(0) ack 101
        +.1    < F.  101:101(0) ack 2`,
    },
    {
      name: 'data that are sent again carry what they carried',
      ladder: `${OPEN}
        +1     < P.  1:51(50) ack 1
        +0     > F.  1:1(0) ack 1
        +.02   < .   51:51(0) ack 2
        +.2    < P.  1:51(50) ack 1
        +.2    < P.  1:51(50) ack 1
        +.02   > .   2:2(0) ack 51`,
    },
    {
      name: 'pure ACKs bear no order',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2
        +0     < .   1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.1    < F.  1:1(0) ack 2`,
    },
    {
      name: 'something else, at another distance, sent the ACK',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2 ttl 250
        +.1    < P.  1:51(50) ack 1
        +.1    < P.  51:101(50) ack 1
        +.1    > F.  1:1(0) ack 101
        +0     < .   101:101(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'near the side, data and a FIN behind the ACK fall back in front of the FIN',
      ladder: `${OPEN_NEAR_SERVER}${BACK}`,
      message: 'back',
      tier: 'violation',
      side: 'server',
      frames: [4, 5, 6, 7, 8],
    },
    {
      name: 'near the other side, something between may have made up the ACK',
      ladder: `${OPEN_NEAR_CLIENT}${BACK}`,
      message: 'back',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'one segment may be somebody else’s',
      ladder: `${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 2
        +.1    < F.  1:1(0) ack 1
        +.04   > .   2:2(0) ack 2`,
      message: 'back',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
