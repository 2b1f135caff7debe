import { timeWaitAssassinated } from '../../src/rules/time-wait/time-wait-assassinated.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `${OPEN}
  +.5    < P.  1:101(100) ack 1
  +.01   > .   1:1(0) ack 101
  +1     > F.  1:1(0) ack 101
  +.02   < F.  101:101(0) ack 2
  +.01   > .   2:2(0) ack 102`;

ruleTester(timeWaitAssassinated, {
  valid: [
    {
      name: 'the last FIN again, acknowledged',
      ladder: `${CLOSED}\n +.1 < F. 101:101(0) ack 2\n +.01 > . 2:2(0) ack 102`,
    },
    {
      name: 'a late segment and its ACK, and no RST',
      ladder: `${CLOSED}\n +.1 < P. 1:101(100) ack 1\n +.01 > . 2:2(0) ack 102`,
    },
    { name: 'an RST that answers the last ACK itself', ladder: `${CLOSED}\n +.01 < R 102:102(0)` },
    {
      name: 'under the fix of RFC 1337 TIME_WAIT ignores RSTs',
      ladder: `${CLOSED}
        +.1    < P.  1:101(100) ack 1
        +.01   > .   2:2(0) ack 102
        +.01   < R   2:2(0)`,
      options: { profile: 'freebsd' },
    },
    {
      name: 'a SYN that opens the next connection',
      ladder: `${CLOSED}\n @ isn client 1100000\n +.1 > S 0:0(0)\n +.01 < S. =6000000:6000000(0) ack 1`,
    },
    {
      name: 'the next SYN draws the same ACK, so that the RST before ended nothing',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)
        +3     > S   =910000:910000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
    },
  ],
  invalid: [
    {
      name: 'a late segment, its ACK, and the RST',
      ladder: `${CLOSED}
        +.1    < P.  1:101(100) ack 1
        +.01   > .   2:2(0) ack 102
        +.01   < R   102:102(0)`,
      message: 'segment',
      tier: 'note',
      side: null,
      frames: [9, 10, 11],
    },
    {
      name: 'another segment of the old connection comes behind the RST',
      ladder: `${CLOSED}
        +.1    < P.  1:101(100) ack 1
        +.01   > .   2:2(0) ack 102
        +.01   < R   102:102(0)
        +.1    < P.  1:101(100) ack 1`,
      message: 'hazard',
      tier: 'suspect',
      side: null,
    },
    {
      name: 'a SYN, the challenge ACK, and the RST',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2
        +.5    > S   900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'syn',
      tier: 'note',
      side: null,
      frames: [7, 8, 9],
    },
  ],
});
