import { rstInjected } from '../../src/rules/reset/rst-injected.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FAR = `
  +0     > S   0:0(0)           ttl 64
  +.01   < S.  0:0(0) ack 1     ttl 57
  +.01   > .   1:1(0) ack 1     ttl 64`;

/** The server is 200 ms away, and both have timestamps. */
const TIMED = `
        +0     > S   0:0(0)            ttl 64 <mss 1460, TS val 1 ecr 0>
        +.2    < S.  0:0(0) ack 1      ttl 53 <mss 1460, TS val 500 ecr 1>
        +0     > .   1:1(0) ack 1      ttl 64 <TS val 200 ecr 500>
        +.001  > P.  1:201(200) ack 1  ttl 64 <TS val 201 ecr 500>`;

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
    {
      name: 'sockets with a TTL of 1, whose kernel answers with 64',
      ladder: `
        +0     > S   0:0(0)           ttl 1
        +.01   < S.  0:0(0) ack 1     ttl 1
        +.01   > .   1:1(0) ack 1     ttl 1
        +1     < F.  1:1(0) ack 1     ttl 1
        +.01   > .   1:1(0) ack 2     ttl 1
        +.1    > P.  1:51(50) ack 2   ttl 1
        +.01   < R   2:2(0)           ttl 64`,
    },
    {
      name: 'the same with 255, two hops away',
      ladder: `
        +0     > S   0:0(0)           ttl 64
        +.01   < S.  0:0(0) ack 1     ttl 3
        +.01   > .   1:1(0) ack 1     ttl 64
        +.1    > P.  1:51(50) ack 1   ttl 64
        +.01   < R   1:1(0)           ttl 253`,
    },
    {
      name: 'a scanner, whose host resets what it did not open',
      ladder: `
        +0     > S   0:0(0)       ttl 41
        +.01   < S.  0:0(0) ack 1 ttl 57
        +0     > R   1:1(0)       ttl 64`,
    },
    {
      name: 'a firewall rejects an old segment in the name of a side that goes on',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.001  > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201
        +.001  > P.  1:101(100) ack 1
        +.001  < R   1:1(0)
        +.001  > P.  201:301(100) ack 1
        +.02   < .   1:1(0) ack 301`,
    },
    {
      name: 'a SYN proxy has another TTL than the server behind it',
      ladder: `
        +0     > S   0:0(0)            ttl 64 <mss 1460, TS val 1 ecr 0>
        +.01   < S.  0:0(0) ack 1      ttl 60 <mss 1460, TS val 500 ecr 1>
        +.01   > .   1:1(0) ack 1      ttl 64 <TS val 20 ecr 500>
        +.01   > P.  1:201(200) ack 1  ttl 64 <TS val 30 ecr 500>
        +.03   < F.  1:301(300) ack 201 ttl 50 <TS val 540 ecr 30>
        +.01   > R   202:202(0)        ttl 64`,
    },
    {
      name: 'timestamps alone are missing: a stack that forgets them',
      ladder: `${TIMED}
        +.2    < F.  1:301(300) ack 201 ttl 53
        +.001  > F.  201:201(0) ack 302 ttl 64 <TS val 401 ecr 500>
        +.2    < .   302:302(0) ack 202 ttl 53`,
    },
    {
      name: 'an ACK that the RST had overtaken',
      ladder: `${TIMED}
        +.2    < .   1:1(0) ack 1       ttl 53 <TS val 700 ecr 200>
        +.001  < R.  1:1(0) ack 201     ttl 53 <TS val 701 ecr 201>
        +0     < .   1:1(0) ack 201     ttl 53 <TS val 701 ecr 201>`,
    },
    {
      name: 'an abort right behind data where the answers of the side had been slow',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.1    > P.  101:201(100) ack 1
        +.01   < R.  1:1(0) ack 201`,
    },
  ],
  invalid: [
    {
      name: 'a block page: data and FIN of another host, and an RST behind them',
      ladder: `${TIMED}
        +.04   < F.  1:381(380) ack 201 ttl 59
        +.001  < R.  1:1(0) ack 201     ttl 59
        +0     > .   201:201(0) ack 382 ttl 64 <TS val 250 ecr 500>
        +0     > F.  201:201(0) ack 382 ttl 64 <TS val 250 ecr 500>`,
      message: 'segment',
      tier: 'suspect',
      side: 'server',
      frames: [5, 6],
    },
    {
      name: 'an RST that acknowledges what cannot have arrived yet',
      ladder: `
        +0     > S   0:0(0)
        +.2    < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +.001  > P.  1:201(200) ack 1
        +.2    < .   1:1(0) ack 201
        +.1    > P.  201:401(200) ack 1
        +.003  < R.  1:1(0) ack 401`,
      message: 'early',
      tier: 'suspect',
      side: 'server',
      frames: [7],
    },
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
