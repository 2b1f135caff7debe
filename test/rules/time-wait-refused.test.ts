import { timeWaitRefused } from '../../src/rules/time-wait/time-wait-refused.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const SERVER_FIRST = `${OPEN}
  +1     < F.  1:1(0) ack 1
  +.02   > F.  1:1(0) ack 2
  +.02   < .   2:2(0) ack 2`;

ruleTester(timeWaitRefused, {
  valid: [
    {
      name: 'it is accepted',
      ladder: `${SERVER_FIRST}
        @ isn client 1100000
        @ isn server 5100000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1`,
    },
    {
      name: 'the SYN of the opening comes again',
      ladder: `${SERVER_FIRST}
        +.5    > S   0:0(0)
        +.01   < .   2:2(0) ack 2`,
    },
    {
      name: 'the server was in LAST_ACK, not in TIME_WAIT',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +.5    > S   =1100000:1100000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'the connection was open: a challenge ACK',
      ladder: `${OPEN}
        +.5    > S   =1100000:1100000(0)
        +.01   < .   1:1(0) ack 1
        +.01   > R   1:1(0)`,
    },
    {
      name: 'a SYN that is lost once and accepted when it comes again',
      ladder: `${SERVER_FIRST}
        @ isn client 1100000
        @ isn server 5100000
        +.5    > S   0:0(0)
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1`,
    },
    {
      name: 'an unanswered SYN long behind the TIME_WAIT',
      ladder: `${SERVER_FIRST}
        +300   > S   =1100000:1100000(0)
        +1     > S   =1100000:1100000(0)${later(60)}`,
    },
    {
      name: 'an unanswered SYN to a side that was not in TIME_WAIT',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2
        +1     > S   =1100000:1100000(0)
        +1     > S   =1100000:1100000(0)${later(60)}`,
    },
    {
      name: 'the capture ends right behind the SYN',
      ladder: `${SERVER_FIRST}
        +1     > S   =1100000:1100000(0)`,
    },
    {
      name: 'nothing listens any more',
      ladder: `${SERVER_FIRST}
        @ isn client 1100000
        +.5    > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'after 2MSL it is no TIME_WAIT',
      ladder: `${SERVER_FIRST}
        +300   > S   =1100000:1100000(0)
        +.01   < R.  =0:0(0) ack =1100001`,
    },
  ],
  invalid: [
    {
      name: 'the TIME_WAIT may be assumed',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'refused',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'silence: four SYNs into a TIME_WAIT',
      ladder: `${SERVER_FIRST}
        +2     > S   =1100000:1100000(0)
        +1     > S   =1100000:1100000(0)
        +2     > S   =1100000:1100000(0)
        +4     > S   =1100000:1100000(0)${later(60)}`,
      message: 'could',
      tier: 'note',
      side: 'server',
      frames: [6, 7, 8, 9, 10],
    },
    {
      name: 'the first SYN of a capture that began in the midst of the connection',
      ladder: `
        +0     > .   1:1(0) ack 1
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'refused',
      tier: 'note',
      side: 'server',
      frames: [5, 6],
    },
    {
      name: 'an ISN below the last number',
      ladder: `${SERVER_FIRST}
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'refused',
      tier: 'note',
      side: 'server',
      frames: [7, 8],
    },
    {
      name: 'an ISN above the last number',
      ladder: `${SERVER_FIRST}
        +.5    > S   =1100000:1100000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'could',
      tier: 'note',
      side: 'server',
      frames: [7, 8],
    },
    {
      name: 'an ISN below, and the second attempt is accepted',
      ladder: `${SERVER_FIRST}
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)
        @ isn client 900000
        @ isn server 5100000
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1`,
      message: 'refusedLate',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'an ISN above, and the second attempt is accepted',
      ladder: `${SERVER_FIRST}
        +.5    > S   =1100000:1100000(0)
        +.01   < .   2:2(0) ack 2
        +.01   > R   2:2(0)
        @ isn client 1100000
        @ isn server 5100000
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1`,
      message: 'couldLate',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'a newer timestamp with an ISN below; whether anybody listens is not shown',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 101 ecr 900>
        +1     < F.  1:1(0) ack 1    <TS val 1900 ecr 101>
        +.02   > F.  1:1(0) ack 2    <TS val 1101 ecr 1900>
        +.02   < .   2:2(0) ack 2    <TS val 1940 ecr 1101>
        +.5    > S   =900000:900000(0) <TS val 1700 ecr 0>
        +.01   < .   2:2(0) ack 2    <TS val 2500 ecr 1101>
        +.01   > R   2:2(0)`,
      message: 'should',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'an older timestamp with an ISN above',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 101 ecr 900>
        +1     < F.  1:1(0) ack 1    <TS val 1900 ecr 101>
        +.02   > F.  1:1(0) ack 2    <TS val 1101 ecr 1900>
        +.02   < .   2:2(0) ack 2    <TS val 1940 ecr 1101>
        +.5    > S   =1100000:1100000(0) <TS val 50 ecr 0>
        +.01   < .   2:2(0) ack 2    <TS val 2500 ecr 1101>
        +.01   > R   2:2(0)`,
      message: 'refused',
      tier: 'note',
      side: 'server',
    },
    {
      name: 'a newer timestamp, and the second attempt is accepted',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 101 ecr 900>
        +1     < F.  1:1(0) ack 1    <TS val 1900 ecr 101>
        +.02   > F.  1:1(0) ack 2    <TS val 1101 ecr 1900>
        +.02   < .   2:2(0) ack 2    <TS val 1940 ecr 1101>
        +.5    > S   =900000:900000(0) <TS val 1700 ecr 0>
        +.01   < .   2:2(0) ack 2    <TS val 2500 ecr 1101>
        +.01   > R   2:2(0)
        @ isn client 900000
        @ isn server 5100000
        +1     > S   0:0(0)          <TS val 2700 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 3500 ecr 2700>
        +.01   > .   1:1(0) ack 1    <TS val 2701 ecr 3500>`,
      message: 'shouldLate',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
