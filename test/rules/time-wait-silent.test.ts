import { timeWaitSilent } from '../../src/rules/time-wait/time-wait-silent.ts';
import { later, OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `
  +1     > F.  1:1(0) ack 1
  +.04   < F.  1:1(0) ack 2
  +0     > .   2:2(0) ack 2`;
const COPIES = `
  +.2    < F.  1:1(0) ack 2
  +.4    < F.  1:1(0) ack 2
  +.8    < F.  1:1(0) ack 2`;

ruleTester(timeWaitSilent, {
  valid: [
    {
      name: 'each copy is acknowledged',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}
        +.2    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.4    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2${later(60)}`,
    },
    {
      name: 'one copy may be lost behind the capture',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}
        +.2    < F.  1:1(0) ack 2${later(60)}`,
    },
    {
      name: 'only the last copy is acknowledged',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}
        +.2    < F.  1:1(0) ack 2
        +.4    < F.  1:1(0) ack 2
        +.8    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2${later(60)}`,
    },
    {
      name: 'next to the peer, the answers may be lost on their way',
      ladder: `${OPEN_NEAR_SERVER}${CLOSED}${COPIES}${later(60)}`,
    },
    {
      name: 'an RST answers: time-wait-cut-short has it',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}${COPIES}
        +0     > R   2:2(0)`,
    },
    {
      name: 'later than any known TIME_WAIT',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}
        +20    < F.  1:1(0) ack 2
        +20    < F.  1:1(0) ack 2
        +20    < F.  1:1(0) ack 2${later(60)}`,
    },
    {
      name: 'the FIN of the side that closes second is no TIME_WAIT',
      ladder: `${OPEN_NEAR_CLIENT}
        +1     < F.  1:1(0) ack 1
        +0     > F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 1
        +.4    < F.  1:1(0) ack 1
        +.8    < F.  1:1(0) ack 1${later(60)}`,
    },
  ],
  invalid: [
    {
      name: 'next to it',
      ladder: `${OPEN_NEAR_CLIENT}${CLOSED}${COPIES}${later(60)}`,
      message: 'silent',
      tier: 'suspect',
      side: 'client',
      frames: [6, 7, 8, 9],
    },
    {
      name: 'half-way',
      ladder: `${OPEN}${CLOSED}${COPIES}${later(60)}`,
      message: 'silent',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
