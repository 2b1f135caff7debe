import { dataAfterFin } from '../../src/rules/fin/data-after-fin.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(dataAfterFin, {
  valid: [
    {
      name: 'data of before the FIN is sent again behind it',
      ladder: `${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > P.  1:101(100) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'a keep-alive byte at the number of the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +60    > .   1:2(1) ack 1
        +.02   < .   1:1(0) ack 2`,
    },
    {
      name: 'a pure ACK behind the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < P.  1:101(100) ack 2
        +.02   > .   2:2(0) ack 101`,
    },
    {
      name: 'the FIN is captured before the data that it follows',
      ladder: `${OPEN}
        +1     > F.  101:101(0) ack 1
        +0     > P.  1:101(100) ack 1
        +.02   < F.  1:1(0) ack 102
        +.02   > .   102:102(0) ack 2`,
    },
    {
      name: 'a forged FIN in the middle of a stream that goes on',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 ttl 30
        +.02   > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.02   > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201`,
    },
    {
      name: 'a forged FIN in a stream of single bytes',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 ttl 30
        +.02   > P.  1:2(1) ack 1
        +.02   < .   1:1(0) ack 2
        +.02   > P.  2:3(1) ack 1
        +.02   < .   1:1(0) ack 3`,
    },
    {
      name: 'data of the next incarnation, of which neither SYN was captured',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        @ isn client 1065539
        @ isn server 5100000
        +1     > .   1:1(0) ack 1
        +0     > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.02   < P.  1:51(50) ack 101`,
    },
    {
      name: 'bytes between the FIN and the data were not captured',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    > P.  102:202(100) ack 1`,
      inconclusive: 'gap',
    },
    {
      name: 'data with a SYN, and more behind it, before the FIN',
      ladder: `
        +0     > S   0:10(10)        <fastopen 0011223344556677>
        +.01   < S.  0:0(0) ack 11
        +0     < P.  1:101(100) ack 11
        +.01   > F.  11:11(0) ack 101
        +.02   < F.  101:101(0) ack 12
        +.02   > .   12:12(0) ack 102`,
    },
  ],
  invalid: [
    {
      name: 'data behind a FIN with another TTL',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 ttl 30
        +.02   < .   1:1(0) ack 2
        +.1    > P.  2:102(100) ack 1`,
      message: 'forged',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'new data right behind the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    > P.  2:102(100) ack 1
        +.1    < F.  1:1(0) ack 2
        +.02   > .   102:102(0) ack 2`,
      message: 'beyond',
      tier: 'violation',
      side: 'client',
      frames: [4, 6],
      evidence: { finEnd: 1_000_002, dataEnd: 1_000_102, bytes: 100 },
    },
    {
      name: 'the server does it',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +.1    < P.  2:12(10) ack 1
        +.02   > .   1:1(0) ack 2`,
      message: 'beyond',
      tier: 'violation',
      side: 'server',
    },
  ],
});
