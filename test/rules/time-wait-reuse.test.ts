import { timeWaitReuse } from '../../src/rules/time-wait/time-wait-reuse.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;
const again = (after: number, client: number, server: number): string => `
  @ isn client ${client}
  @ isn server ${server}
  +${after}   > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +.01   > .   1:1(0) ack 1`;

ruleTester(timeWaitReuse, {
  valid: [
    { name: 'after 2MSL', ladder: `${CLOSED}${again(241, 1_100_000, 5_100_000)}` },
    {
      name: 'after the 2MSL of the profile',
      ladder: `${CLOSED}${again(61, 1_100_000, 5_100_000)}`,
      options: { profile: 'linux' },
    },
    { name: 'under no condition that allows it', ladder: `${CLOSED}${again(0.5, 900_000, 5_100_000)}` },
    { name: 'other ports', ladder: `${CLOSED}\n @ connection 2\n +.5 > S 0:0(0)\n +.01 < S. 0:0(0) ack 1` },
    {
      name: 'an abort leaves no TIME_WAIT',
      ladder: `${OPEN}\n +1 > R. 1:1(0) ack 1${again(0.5, 1_100_000, 5_100_000)}`,
    },
  ],
  invalid: [
    {
      name: 'a higher ISN',
      ladder: `${CLOSED}${again(0.5, 1_100_000, 5_100_000)}`,
      message: 'isn',
      tier: 'note',
      side: 'client',
      frames: [6, 7, 8],
      evidence: { clientAhead: 99_998 },
    },
    {
      name: 'a newer timestamp',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 101 ecr 900>
        +1     < F.  1:1(0) ack 1    <TS val 1900 ecr 101>
        +.02   > F.  1:1(0) ack 2    <TS val 1101 ecr 1900>
        +.02   < .   2:2(0) ack 2    <TS val 1940 ecr 1101>
        @ isn client 900000
        @ isn server 4900000
        +.5    > S   0:0(0)          <TS val 1700 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 2500 ecr 1700>
        +.01   > .   1:1(0) ack 1    <TS val 1720 ecr 2500>`,
      message: 'timestamp',
      tier: 'note',
      side: 'server',
    },
  ],
});
