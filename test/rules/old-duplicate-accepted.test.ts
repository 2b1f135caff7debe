import { oldDuplicateAccepted } from '../../src/rules/time-wait/old-duplicate-accepted.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const OLD = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.01   < .   1:1(0) ack 101
  +.1    > F.  101:101(0) ack 1
  +.01   < F.  1:1(0) ack 102
  +.01   > .   102:102(0) ack 2`;
const NEW = `
  @ isn client 999999
  @ isn server 5100000
  +.5    > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +.01   > .   1:1(0) ack 1`;

ruleTester(oldDuplicateAccepted, {
  valid: [
    {
      name: 'only its own data is acknowledged',
      ladder: `${OLD}${NEW}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.1    > F.  101:101(0) ack 1`,
    },
    {
      name: 'the late segment is answered with the number that was expected',
      ladder: `${OLD}${NEW}
        +.1    > P.  =1000001:1000101(100) ack =5000001
        +.02   < .   1:1(0) ack 1
        +.1    > F.  1:1(0) ack 1`,
    },
    {
      name: 'it draws no answer',
      ladder: `${OLD}${NEW}
        +.1    > P.  =1000001:1000101(100) ack =5000001
        +.1    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'the new connection had sent as much itself',
      ladder: `${OLD}${NEW}
        +.1    > P.  1:201(200) ack 1
        +.02   > P.  =1000001:1000101(100) ack =5000001
        +.02   < .   1:1(0) ack 201
        +.1    > F.  201:201(0) ack 1`,
    },
    {
      name: 'it came before the port was used again',
      ladder: `${OLD}
        +.1    > P.  =1000001:1000101(100) ack =5000001
        +.01   < .   2:2(0) ack 102${NEW}
        +.1    > F.  1:1(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'a late segment of the old connection is acknowledged in the new one',
      ladder: `${OLD}${NEW}
        +.1    > P.  =1000001:1000101(100) ack =5000001
        +.02   < .   1:1(0) ack =1000101
        +.1    > F.  1:1(0) ack 1`,
      message: 'accepted',
      tier: 'violation',
      side: 'server',
      frames: [12, 13],
    },
  ],
});
