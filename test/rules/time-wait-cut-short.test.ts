import { timeWaitCutShort } from '../../src/rules/time-wait/time-wait-cut-short.ts';
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
    {
      name: 'once the ports have been opened anew, a late copy of the old FIN meets CLOSED',
      ladder: `${CLOSED}
        @ isn client 1100000
        @ isn server 5100000
        +2     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        @ isn client 1000000
        @ isn server 5000000
        +.1    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'a side that has sent RST before is CLOSED, and owes no TIME_WAIT',
      restsOn: 7,
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2
        +.01   > R   2:2(0)
        +.1    < F.  101:101(0) ack 2
        +.01   > R   2:2(0)
        +.2    < F.  101:101(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'data and the FIN behind it meet an application that is gone',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < P.  1:101(100) ack 2
        +0     < F.  101:101(0) ack 2
        +.01   > R   2:2(0)`,
    },
    {
      name: 'an old segment into TIME_WAIT is acknowledged',
      ladder: `${OPEN}
        +.5    < P.  1:101(100) ack 1
        +.01   > .   1:1(0) ack 101
        +1     > F.  1:1(0) ack 101
        +.02   < .   101:101(0) ack 2
        +.1    < F.  101:101(0) ack 2
        +.01   > .   2:2(0) ack 102
        +.1    < P.  1:101(100) ack 2
        +.01   > .   2:2(0) ack 102`,
    },
    {
      name: 'a SYN into TIME_WAIT that draws RST is another matter',
      ladder: `${CLOSED}
        +.5    < S   =9000000:9000000(0)
        +.01   > R.  =0:0(0) ack =9000001`,
    },
    {
      name: 'new data behind its own FIN draw RST: the peer is the one that went wrong',
      ladder: `${CLOSED}
        +.1    < P.  2:102(100) ack 2
        +.01   > R   2:2(0)`,
    },
  ],
  invalid: [
    {
      name: 'an old segment draws RST',
      ladder: `${OPEN}
        +.5    < P.  1:101(100) ack 1
        +.01   > .   1:1(0) ack 101
        +1     > F.  1:1(0) ack 101
        +.02   < .   101:101(0) ack 2
        +.1    < F.  101:101(0) ack 2
        +.01   > .   2:2(0) ack 102
        +.5    < P.  1:101(100) ack 2
        +.01   > R   2:2(0)`,
      message: 'old',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'RST right behind the last ACK, at its number',
      ladder: `${CLOSED}
        +0     > R.  2:2(0) ack 2`,
      message: 'behind',
      tier: 'violation',
      side: 'client',
    },
    {
      name: 'a bare RST right behind the last ACK may answer something',
      ladder: `${CLOSED}
        +0     > R   2:2(0)`,
      message: 'behind',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'no FIN_WAIT_2 was kept: the only FIN of the peer, soon after, draws RST',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.1    < F.  1:1(0) ack 2
        +.01   > R   2:2(0)`,
      message: 'gone',
      tier: 'suspect',
      side: 'client',
    },
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
