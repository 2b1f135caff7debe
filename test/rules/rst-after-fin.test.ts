import { rstAfterFin } from '../../src/rules/reset/rst-after-fin.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FIRST_FIN = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2`;

ruleTester(rstAfterFin, {
  valid: [
    {
      name: 'an orderly close',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'an RST after both FINs were acknowledged',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +.1    < R   2:2(0)`,
    },
    { name: 'an RST without any FIN', ladder: `${OPEN}\n +1 > R. 1:1(0) ack 1` },
    {
      name: 'an RST outside of the window after the FIN',
      ladder: `${FIRST_FIN}
        +.1    < R.  90000000:90000000(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'the RST of a SYN that came later',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 9000000
        +1     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'an RST that nobody obeyed, between a FIN and an orderly end',
      ladder: `${FIRST_FIN}
        +.1    < R.  900001:900001(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'an RST into a close that was complete',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +.1    < R   2:2(0)`,
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
      name: 'a close whose second FIN is still to come',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101`,
    },
    {
      name: 'a FIN that is sent again',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'a refused SYN that has FIN as well',
      ladder: `
        +0     > SF  0:0(0)
        +.01   < R.  =0:0(0) ack 2`,
    },
    {
      name: 'parting words that the side takes before it is done',
      ladder: `${FIRST_FIN}
        +.02   < P.  1:32(31) ack 2 bytes 150303001a
        +.02   > .   2:2(0) ack 32
        +.1    < F.  32:32(0) ack 2
        +.02   > .   2:2(0) ack 33`,
    },
    {
      name: 'a half-close that goes on',
      ladder: `${FIRST_FIN}
        +1     < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +1     < P.  101:201(100) ack 2
        +.02   > .   2:2(0) ack 201`,
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
      name: 'data into a closed end',
      ladder: `${FIRST_FIN}
        +.5    < P.  1:101(100) ack 2
        +.02   > R   2:2(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'client',
      frames: [4, 7],
      evidence: { lostPeer: 100, lostOwn: 0 },
    },
    {
      name: 'the parting words of a peer that closes as well, as TLS sends them',
      ladder: `${FIRST_FIN}
        +.02   < P.  1:32(31) ack 2 bytes 150303001a
        +0     < F.  32:32(0) ack 2
        +.02   > R   2:2(0)`,
      message: 'tail',
      tier: 'note',
      side: 'client',
      evidence: { lostPeer: 31, lostOwn: 0 },
    },
    {
      name: 'the same, and the RST came before the FIN of the peer',
      ladder: `${FIRST_FIN}
        +.02   < P.  1:32(31) ack 2 bytes 150303001a
        +.02   > R   2:2(0)`,
      message: 'tail',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'as few bytes that are something else',
      ladder: `${FIRST_FIN}
        +.02   < P.  1:32(31) ack 2
        +.02   > R   2:2(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'more than parting words of a peer that closes as well',
      ladder: `${FIRST_FIN}
        +.02   < P.  1:132(131) ack 2
        +0     < F.  132:132(0) ack 2
        +.02   > R   2:2(0)`,
      message: 'lost',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'a FIN into a closed end: nothing was lost',
      ladder: `${FIRST_FIN}
        +.5    < F.  1:1(0) ack 2
        +.02   > R   2:2(0)`,
      message: 'clean',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'an RST,ACK that acknowledges the last data and the FIN',
      ladder: `${OPEN}
        +1     > P.  1:19(18) ack 1
        +0     > F.  19:19(0) ack 1
        +.02   < R.  1:1(0) ack 20`,
      message: 'clean',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'the capture lacks a part',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 601
        +.1    > F.  601:601(0) ack 1
        +.02   < P.  1:101(100) ack 602
        +.02   > R   602:602(0)`,
      message: 'unknown',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'the client is gone, and its RST lies below the window of the server',
      ladder: `${FIRST_FIN}
        +.1    < P.  1:201(200) ack 2
        +.001  < .   201:201(0) ack 2
        +0     > R   1:1(0)
        +3     < P.  1:201(200) ack 2
        +.4    < P.  1:201(200) ack 2`,
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
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:201(200) ack 2
        +.001  < .   201:201(0) ack 2
        +0     > R   1:1(0)
        +3     < P.  1:201(200) ack 2
        +.4    < P.  1:201(200) ack 2`,
      message: 'unheardUnknown',
      tier: 'note',
      side: 'client',
    },
    {
      name: 'the server goes on behind the RST in its name, which the client obeys',
      ladder: `${FIRST_FIN}
        +.1    < R.  1:1(0) ack 2
        +.001  < P.  1:501(500) ack 2
        +.01   > R   2:2(0)`,
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
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < R.  1:1(0) ack 2
        +.001  < P.  1:501(500) ack 2
        +.01   > R   2:2(0)`,
      message: 'namedUnknown',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'an RST of another host behind a FIN',
      ladder: `
        +0     > S   0:0(0)       ttl 64
        +.01   < S.  0:0(0) ack 1 ttl 57
        +.01   > .   1:1(0) ack 1 ttl 64
        +1     > F.  1:101(100) ack 1 ttl 64
        +.01   < R.  1:1(0) ack 1     ttl 128`,
      message: 'foreign',
      tier: 'note',
      side: 'server',
    },
  ],
});
