import { rstInjected } from '../../src/rules/rst-injected.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FAR = `
  +0     > S   0:0(0)           ttl 64
  +.01   < S.  0:0(0) ack 1     ttl 57
  +.01   > .   1:1(0) ack 1     ttl 64`;

ruleTester(rstInjected, {
  valid: [
    {
      name: 'the TTL is that of the side',
      ladder: `${FAR}
        +1     < R.  1:1(0) ack 1 ttl 57`,
    },
    {
      name: 'a route that moved by a hop',
      ladder: `${FAR}
        +1     < R.  1:1(0) ack 1 ttl 56`,
    },
    {
      name: 'a stack whose RSTs start at 255, as those of BSD and of user-space NATs do',
      ladder: `${OPEN}
        +1     < R.  1:1(0) ack 1 ttl 255`,
    },
    {
      name: 'the same seven hops away',
      ladder: `${FAR}
        +1     < R   1:1(0) ttl 248`,
    },
    {
      name: 'no other segment of that side has come',
      ladder: `
        +0     > S   0:0(0) ttl 64
        +.01   < R.  =0:0(0) ack 1 ttl 33`,
    },
    {
      name: 'copies of one RST',
      ladder: `${OPEN}
        +1     < R.  1:1(0) ack 1
        +.1    < R.  1:1(0) ack 1
        +.1    < R.  1:1(0) ack 1`,
    },
    {
      name: 'an RST out of the window, after which the side goes on',
      ladder: `${OPEN}
        +1     < R.  9999999:9999999(0) ack 1
        +1     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
    },
  ],
  invalid: [
    {
      name: 'another TTL',
      ladder: `${FAR}
        +1     < R.  1:1(0) ack 1 ttl 63`,
      message: 'ttl',
      tier: 'suspect',
      side: 'server',
      frames: [4],
    },
    {
      name: 'an exact RST, and the side goes on',
      ladder: `${OPEN}
        +1     < R   1:1(0)
        +1     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
      message: 'alive',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5],
    },
    {
      name: 'stepped numbers, and the side goes on',
      ladder: `${OPEN}
        +1     < R   1:1(0)
        +0     < R   1461:1461(0)
        +0     < R   2921:2921(0)
        +1     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101`,
      message: 'stepped',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
