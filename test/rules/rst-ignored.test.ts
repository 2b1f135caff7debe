import { rstIgnored } from '../../src/rules/reset/rst-ignored.ts';
import { OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const RESPONSE = `
  +1     < P.  1:101(100) ack 1
  +0     > .   1:1(0) ack 101`;

ruleTester(rstIgnored, {
  valid: [
    { name: 'the receiver falls silent', ladder: `${OPEN}${RESPONSE}\n +0 < R. 101:101(0) ack 1` },
    {
      name: 'what was under way comes within two round trips',
      ladder: `${OPEN}${RESPONSE}
        +0     < R.  101:101(0) ack 1
        +.03   > P.  1:101(100) ack 101`,
    },
    {
      name: 'the receiver answers with its own RST',
      ladder: `${OPEN}${RESPONSE}
        +0     < R.  101:101(0) ack 1
        +1     > R   1:1(0)`,
    },
    {
      name: 'a FIN was under way before the RST, which is one below it',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +0     > F.  101:101(0) ack 1
        +.01   < P.  1:1401(1400) ack 101
        +.001  > R   101:101(0)
        +.05   < P.  1401:2801(1400) ack 102`,
    },
    {
      name: 'data was under way before the RST, which answers an older ACK',
      ladder: `${OPEN}
        +1     < P.  1:101(100) ack 1
        +0     < P.  101:201(100) ack 1
        +.01   > .   1:1(0) ack 101
        +.01   < R   101:101(0)
        +.05   > P.  1:101(100) ack 201`,
    },
    {
      name: 'an inexact RST draws a challenge ACK',
      ladder: `${OPEN}${RESPONSE}
        +0     < R.  501:501(0) ack 1
        +0     > .   1:1(0) ack 101
        +1     > P.  1:101(100) ack 101
        +.02   < .   101:101(0) ack 101`,
    },
    {
      name: 'TIME_WAIT may ignore an RST (RFC 1337)',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +1     < R   2:2(0)
        +1     > .   2:2(0) ack 2`,
    },
    {
      name: 'an RST behind unanswered probes is not assumed to arrive',
      ladder: `${OPEN}${RESPONSE}
        +10    < .   100:100(0) ack 1
        +10    < .   100:100(0) ack 1
        +10    < .   100:100(0) ack 1
        +10    < R.  101:101(0) ack 1
        +10    > P.  1:101(100) ack 101`,
    },
    {
      name: 'a signed connection drops an RST without signature',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0)          <md5>
        +.02   < S.  0:0(0) ack 1    <md5>
        +0     > .   1:1(0) ack 1${RESPONSE}
        +0     < R   101:101(0)
        +1     > P.  1:101(100) ack 101
        +.02   < .   101:101(0) ack 101`,
    },
    {
      name: 'a forged RST, after which its sender goes on, too',
      ladder: `${OPEN}${RESPONSE}
        +0     < R.  101:101(0) ack 1 ttl 33
        +1     > P.  1:101(100) ack 101
        +.02   < P.  101:201(100) ack 101`,
    },
    {
      name: 'the clock of the capture goes back at the RST',
      ladder: `${OPEN}${RESPONSE}
        1.0    < R.  101:101(0) ack 1`,
    },
    {
      name: 'an ACK that was long under way: its timestamp is an old one',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0)             <mss 1460, TS val 1 ecr 0>
        +.01   < S.  0:0(0) ack 1       <mss 1460, TS val 1 ecr 1>
        +.01   > .   1:1(0) ack 1       <TS val 20 ecr 1>
        +.1    < P.  1:101(100) ack 1   <TS val 110 ecr 20>
        +.01   > .   1:1(0) ack 101     <TS val 130 ecr 110>
        +.1    < R.  101:101(0) ack 1   <TS val 230 ecr 130>
        +.2    > .   1:1(0) ack 101     <TS val 129 ecr 110>`,
    },
  ],
  invalid: [
    {
      name: 'near the receiver, which goes on',
      ladder: `${OPEN_NEAR_CLIENT}${RESPONSE}
        +0     < R.  101:101(0) ack 1
        +1     > P.  1:101(100) ack 101`,
      message: 'near',
      tier: 'violation',
      side: 'client',
      frames: [6, 7],
    },
    {
      name: 'half-way: it may have been lost',
      ladder: `${OPEN}${RESPONSE}
        +0     < R.  101:101(0) ack 1
        +1     > P.  1:101(100) ack 101`,
      message: 'far',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'near the other side likewise',
      ladder: `${OPEN_NEAR_SERVER}${RESPONSE}
        +0     < R.  101:101(0) ack 1
        +1     > P.  1:101(100) ack 101`,
      message: 'far',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
