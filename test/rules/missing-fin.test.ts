import { missingFin } from '../../src/rules/fin/missing-fin.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const FIRST_FIN = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2`;

ruleTester(missingFin, {
  valid: [
    {
      name: 'both sides close',
      ladder: `${FIRST_FIN}
        +30    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2${later(90)}`,
    },
    {
      name: 'the second FIN comes and its ACK is not captured',
      ladder: `${FIRST_FIN}
        +.1    < F.  1:1(0) ack 2${later(90)}`,
    },
    {
      name: 'the capture ends sooner than --linger',
      ladder: `${FIRST_FIN}${later(59)}`,
      inconclusive: 'ends',
    },
    {
      name: 'a half-close in which data still flows counts from the last of it',
      ladder: `${FIRST_FIN}
        +50    < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101
        +50    < P.  101:201(100) ack 2
        +.02   > .   2:2(0) ack 201${later(40)}`,
      inconclusive: 'ends',
    },
    {
      name: 'an RST ends it',
      ladder: `${FIRST_FIN}
        +5     < R.  1:1(0) ack 2${later(90)}`,
    },
    {
      name: 'the FIN was lost by the capture and its ACK shows it',
      ladder: `${FIRST_FIN}
        +.12   > .   2:2(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'the FIN was lost by the capture and a later pure ACK stands behind it',
      ladder: `${FIRST_FIN}
        +.1    < .   2:2(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'bytes before the FIN of the side were lost by the capture',
      ladder: `${OPEN}
        +.1    < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101
        +.1    > .   1:1(0) ack 1101
        +.1    < P.  1101:1201(100) ack 1
        +.02   > F.  1:1(0) ack 1201
        +.02   < .   1201:1201(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'the capture began mid-stream, between the two FINs',
      ladder: `
        +0     > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'it tried to close with a FIN that has no ACK',
      ladder: `${FIRST_FIN}
        +1     < F   1:1(0)${later(90)}`,
    },
    {
      name: 'a subflow of MPTCP stays half-closed',
      needsOptions: true,
      ladder: `
        +0     > S   0:0(0)          <mptcp 0>
        +.01   < S.  0:0(0) ack 1    <mptcp 0>
        +.01   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2${later(90)}`,
      inconclusive: 'gap',
    },
    {
      name: 'a long poll under a longer --linger',
      ladder: `${FIRST_FIN}${later(90)}`,
      options: { linger: 600 },
      inconclusive: 'ends',
    },
    {
      name: 'nothing acknowledges its data, so that it cannot be done: the peer is the silent one',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +9     > P.  1:21(20) ack 2
        +.2    > P.  1:21(20) ack 2
        +.4    > P.  1:21(20) ack 2
        +.8    > P.  1:21(20) ack 2${later(90)}`,
    },
  ],
  invalid: [
    {
      name: 'CLOSE_WAIT leak: acknowledged, then silence',
      ladder: `${FIRST_FIN}${later(90)}`,
      message: 'leak',
      tier: 'suspect',
      side: 'server',
      frames: [4, 5],
    },
    {
      name: 'the client leaks',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2${later(90)}`,
      message: 'leak',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'answers to keep-alives show that the host lives, not that the application closes',
      ladder: `${FIRST_FIN}
        +30    > .   1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +30    > .   1:1(0) ack 1
        +.02   < .   1:1(0) ack 2${later(30)}`,
      message: 'probed',
      tier: 'suspect',
      side: 'server',
      evidence: { asked: 2, answered: 2, probes: 0 },
    },
    {
      name: 'its own probes, which nothing answers, acknowledge nothing',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +75    > .   0:0(0) ack 2
        +75    > .   0:0(0) ack 2${later(90)}`,
      message: 'leak',
      tier: 'suspect',
      side: 'client',
      evidence: { asked: 0, answered: 0, probes: 2 },
    },
    {
      name: 'mid-stream, but the leaking side has been seen sending data',
      ladder: `
        +0     < P.  1:101(100) ack 1
        +.02   > .   1:1(0) ack 101
        +.1    > F.  1:1(0) ack 101
        +.02   < .   101:101(0) ack 2${later(90)}`,
      message: 'leak',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
