import { finNoBackoff } from '../../src/rules/fin/fin-no-backoff.ts';
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
    {
      name: 'the gaps double while the peer repeats its own FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.2    < F.  1:1(0) ack 1
        +.4    > F.  1:1(0) ack 1
        +.5    < F.  1:1(0) ack 1
        +.7    > F.  1:1(0) ack 1
        +2.4   > F.  1:1(0) ack 1
        +4.8   > F.  1:1(0) ack 1`,
    },
    {
      name: 'a stack with a low ceiling doubles first',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +2     > F.  1:1(0) ack 1
        +4     > F.  1:1(0) ack 1
        +4     > F.  1:1(0) ack 1
        +4     > F.  1:1(0) ack 1
        +4     > F.  1:1(0) ack 1`,
    },
    {
      name: 'the window is closed: the FIN is a probe of it',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0
        +1     > F.  1:1(0) ack 1`,
    },
    {
      name: 'each ACK of data before the FIN starts the timer anew',
      ladder: `${OPEN}
        +.1    > P.  1:401(400) ack 1
        +1     > F.  401:401(0) ack 1
        +.1    < .   1:1(0) ack 101
        +.4    > F.  401:401(0) ack 1
        +.1    < .   1:1(0) ack 201
        +.4    > F.  401:401(0) ack 1
        +.1    < .   1:1(0) ack 301
        +.4    > F.  401:401(0) ack 1
        +.1    < .   1:1(0) ack 401
        +.4    > F.  401:401(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'nine copies at gaps that go up and down',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +1.3   > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +1.3   > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1${later(60)}`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'one early probe, then equal gaps',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.2    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1${later(60)}`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'gaps that shrink',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +4     > F.  1:1(0) ack 1
        +3     > F.  1:1(0) ack 1
        +2     > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1${later(60)}`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'the FIN of the peer, refused by each copy, starts no timer anew',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    < F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.5    < F.  1:1(0) ack 1
        +.5    > F.  1:1(0) ack 1
        +1     > F.  1:1(0) ack 1${later(60)}`,
      message: 'equal',
      tier: 'violation',
      side: 'client',
    },
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
