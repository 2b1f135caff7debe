import { rstOnClose } from '../../src/rules/reset/rst-on-close.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const REQUEST = `${OPEN}
  +1     > P.  1:101(100) ack 1`;

ruleTester(rstOnClose, {
  valid: [
    {
      name: 'an orderly close',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    { name: 'refused', ladder: '+0 > S 0:0(0)\n+.01 < R. =0:0(0) ack 1' },
    {
      name: 'an RST outside of the window ends nothing',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +1     < R.  90000000:90000000(0) ack 101
        +1     > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'after a FIN it is another matter',
      ladder: `${REQUEST}
        +.02   < F.  1:1(0) ack 101
        +.02   > R.  101:101(0) ack 2`,
    },
    { name: 'a stray RST without a connection', ladder: '+0 > R 1:1(0)' },
    {
      name: 'an in-window RST that draws a challenge ACK and is not repeated',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +1     < R.  500:500(0) ack 101
        +.02   > .   101:101(0) ack 1
        +1     > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'a SYN that is refused twice',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1
        +1     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'a SYN that nobody answers',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)`,
    },
    {
      name: 'a connection that stays open',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`,
    },
    {
      name: 'FINs that cross',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2
        +.02   < .   2:2(0) ack 2`,
    },
    {
      name: 'a half-close',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +.1    < F.  101:101(0) ack 2
        +.02   > .   2:2(0) ack 102`,
    },
    {
      name: 'an RST behind a close that was complete',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +5     < R.  2:2(0) ack 2`,
    },
    {
      name: 'an RST for a SYN of the next connection',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 9000000
        +300   > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'a three-way close',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'everything had been acknowledged',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +1     > R.  101:101(0) ack 1`,
      message: 'clean',
      tier: 'note',
      side: 'client',
      frames: [6],
    },
    {
      name: 'an RST,ACK that acknowledges the data itself lost none of it on the wire',
      ladder: `${REQUEST}
        +.02   < R.  1:1(0) ack 101`,
      message: 'clean',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'a request that was never acknowledged',
      ladder: `${REQUEST}
        +.02   < R.  1:1(0) ack 1`,
      message: 'lost',
      tier: 'suspect',
      side: 'server',
      evidence: { lostPeer: 100, lostOwn: 0 },
    },
    {
      name: 'the capture lacks a part: what was lost cannot be told',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 601
        +.1    > P.  601:701(100) ack 1
        +.02   < R.  1:1(0) ack 1`,
      message: 'unknown',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'a subflow of MPTCP: the data goes another way',
      ladder: `
        +0     > S   0:0(0)          <mptcp 0>
        +.01   < S.  0:0(0) ack 1    <mptcp 0>
        +.01   > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.02   < R.  1:1(0) ack 1`,
      message: 'unknown',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'mid-stream, and nothing of the sender but the RST',
      ladder: `
        +0     < P.  1:101(100) ack 1
        +.02   > R   1:1(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'mid-stream, and what the RST had in front of it was never acknowledged',
      ladder: `
        +0     > P.  1:32(31) ack 1
        +.001  > R.  32:32(0) ack 1
        +.03   < R   1:1(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'client',
      evidence: { lostOwn: 31, lostPeer: 0, gap: null, cause: 'application-abort' },
    },
    {
      name: 'sent again to the end: nothing that the capture lacks acknowledged it',
      ladder: `${OPEN}
        +1     > P.  1:81(80) ack 1
        +.3    > P.  1:81(80) ack 1
        +.6    > P.  1:81(80) ack 1
        +1.2   > P.  1:81(80) ack 1
        +.001  < R   1:1(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'an RST below the window, which its receiver ignores',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > R   1:1(0)
        +3     < P.  1:51(50) ack 101
        +.4    < P.  1:51(50) ack 101`,
      message: 'unheard',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'the same on a subflow of MPTCP',
      ladder: `
        +0     > S   0:0(0)          <mptcp 0>
        +.01   < S.  0:0(0) ack 1    <mptcp 0>
        +.01   > .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +1     > R   1:1(0)
        +3     < P.  1:51(50) ack 101
        +.4    < P.  1:51(50) ack 101`,
      message: 'unheardUnknown',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'the side goes on behind the RST in its name, which its peer obeys',
      ladder: `${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < R.  1:1(0) ack 101
        +.001  < P.  1:501(500) ack 101
        +.01   > R   101:101(0)`,
      message: 'named',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'the same on a subflow of MPTCP, too',
      ladder: `
        +0     > S   0:0(0)          <mptcp 0>
        +.01   < S.  0:0(0) ack 1    <mptcp 0>
        +.01   > .   1:1(0) ack 1
        +.1    > P.  1:101(100) ack 1
        +.02   < R.  1:1(0) ack 101
        +.001  < P.  1:501(500) ack 101
        +.01   > R   101:101(0)`,
      message: 'namedUnknown',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'an RST of another host in the name of a side, which is not to blame',
      ladder: `
        +0     > S   0:0(0)       ttl 64
        +.01   < S.  0:0(0) ack 1 ttl 57
        +.01   > .   1:1(0) ack 1 ttl 64
        +1     > P.  1:101(100) ack 1 ttl 64
        +.01   < R.  1:1(0) ack 1     ttl 128`,
      message: 'foreign',
      tier: 'note',
      side: 'server',
    },
  ],
});
