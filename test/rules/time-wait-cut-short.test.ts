import { timeWaitCutShort } from '../../src/rules/time-wait-cut-short.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLOSED = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2
  +.1    < F.  1:1(0) ack 2
  +.01   > .   2:2(0) ack 2`;

ruleTester(timeWaitCutShort, {
  valid: [
    {
      name: 'the FIN comes again and is acknowledged',
      ladder: `${CLOSED}\n +.2 < F. 1:1(0) ack 2\n +.01 > . 2:2(0) ack 2`,
    },
    { name: 'nothing comes again', ladder: CLOSED },
    {
      name: 'after 2MSL it is right',
      ladder: `${CLOSED}
        +.2    < F.  1:1(0) ack 2
        +241   < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'after the 2MSL of the profile',
      ladder: `${CLOSED}
        +61    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      options: { profile: 'linux' },
    },
    {
      name: 'the side that closed second keeps no TIME_WAIT',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 1
        +.01   > R   2:2(0)`,
    },
    {
      name: 'an RST of the peer ended the TIME_WAIT',
      restsOn: 8,
      ladder: `${CLOSED}
        +.1    < R   2:2(0)
        +.1    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'the first FIN into an end that is closed completely',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +5     < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'an orphan is gone from FIN_WAIT_2 under Linux',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +70    < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      options: { profile: 'linux' },
    },
    {
      name: 'the RST answers late data and not the FIN',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2
        +.01   > R   2:2(0)`,
    },
  ],
  invalid: [
    {
      name: 'acknowledged once, then RST',
      ladder: `${CLOSED}
        +.2    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'kept',
      tier: 'violation',
      side: 'client',
      frames: [6, 7, 8, 9],
    },
    {
      name: 'later than any known stack lets TIME_WAIT end it is a suspicion only',
      ladder: `${CLOSED}
        +30    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'kept',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'its ACK was not captured',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'unseen',
      tier: 'suspect',
      side: 'client',
    },
  ],
});
