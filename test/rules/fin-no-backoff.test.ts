import { finNoBackoff } from '../../src/rules/fin-no-backoff.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(finNoBackoff, {
  valid: [
    {
      name: 'the gaps double',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.8    > F.  1:1(0) ack 1
        +1.6   > F.  1:1(0) ack 1`,
    },
    {
      name: 'a loss probe, then the gaps double',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.8    > F.  1:1(0) ack 1
        +1.6   > F.  1:1(0) ack 1`,
    },
    {
      name: 'the ceiling of the timer is reached',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +60    > F.  1:1(0) ack 1
        +60    > F.  1:1(0) ack 1
        +60    > F.  1:1(0) ack 1
        +60    > F.  1:1(0) ack 1`,
    },
    {
      name: 'three copies are too few',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1`,
    },
    {
      name: 'each copy answers a segment of the peer, as FreeBSD does in CLOSING',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    < P.  1:101(100) ack 1
        +0     > F.  1:1(0) ack 101
        +.5    < P.  101:201(100) ack 1
        +0     > F.  1:1(0) ack 201
        +.5    < P.  201:301(100) ack 1
        +0     > F.  1:1(0) ack 301
        +.5    < P.  301:401(100) ack 1
        +0     > F.  1:1(0) ack 401`,
    },
    {
      name: 'copies behind the acknowledgment answer something else',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    < .   1:1(0) ack 2
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1`,
    },
    {
      name: 'the capture begins in the midst of the copies',
      ladder: `
        +0     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.1    < .   1:1(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'five copies at equal gaps',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.55   > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1${later(60)}`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
      frames: [4, 5, 6, 7, 8],
    },
    {
      name: 'the second FIN of an exchange, acknowledged at last',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +1     > F.  1:1(0) ack 2
        +3     > F.  1:1(0) ack 2
        +3     > F.  1:1(0) ack 2
        +3     > F.  1:1(0) ack 2
        +3     > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
    },
  ],
});
