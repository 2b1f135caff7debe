import { dataNotAcknowledged } from '../../src/rules/fin/data-not-acknowledged.ts';
import { later, OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const HALF = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < .   1:1(0) ack 2
  +.5    < P.  1:301(300) ack 2`;

ruleTester(dataNotAcknowledged, {
  valid: [
    {
      name: 'data behind a half-close are acknowledged at last',
      ladder: `${HALF}
        +.2    < P.  1:301(300) ack 2
        +.4    < P.  1:301(300) ack 2
        +.02   > .   2:2(0) ack 301${later(60)}`,
    },
    {
      name: 'two copies and two answers in front of them are no proof',
      ladder: `${HALF}
        +.02   > .   2:2(0) ack 1
        +.2    < P.  1:301(300) ack 2
        +.02   > .   2:2(0) ack 1${later(60)}`,
    },
    {
      name: 'the window is closed',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1 win 0
        +.02   < .   1:1(0) ack 2
        +.5    < P.  1:2(1) ack 2
        +.02   > .   2:2(0) ack 1 win 0
        +.5    < P.  1:2(1) ack 2
        +.02   > .   2:2(0) ack 1 win 0
        +1     < P.  1:2(1) ack 2
        +.02   > .   2:2(0) ack 1 win 0
        +2     < P.  1:2(1) ack 2
        +.02   > .   2:2(0) ack 1 win 0${later(60)}`,
    },
    {
      name: 'a hole in front of the data',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.5    < P.  301:601(300) ack 2
        +.02   > .   2:2(0) ack 1
        +.2    < P.  301:601(300) ack 2
        +.02   > .   2:2(0) ack 1
        +.4    < P.  301:601(300) ack 2
        +.02   > .   2:2(0) ack 1
        +.8    < P.  301:601(300) ack 2
        +.02   > .   2:2(0) ack 1${later(60)}`,
    },
    {
      name: 'an application that is gone answers with RST',
      ladder: `${HALF}
        +.2    < P.  1:301(300) ack 2
        +.4    < P.  1:301(300) ack 2
        +.02   > R   2:2(0)${later(60)}`,
    },
    {
      name: 'nothing answers any more: who is gone is not on the wire',
      ladder: `${HALF}
        +.2    < P.  1:301(300) ack 2
        +.4    < P.  1:301(300) ack 2
        +.8    < P.  1:301(300) ack 2${later(60)}`,
      inconclusive: 'silent',
    },
  ],
  invalid: [
    {
      name: 'each copy is answered with the number in front of it',
      ladder: `${HALF}
        +.02   > .   2:2(0) ack 1
        +.2    < P.  1:301(300) ack 2
        +.02   > .   2:2(0) ack 1
        +.4    < P.  1:301(300) ack 2
        +.02   > .   2:2(0) ack 1
        +.8    < P.  1:301(300) ack 2
        +.02   > .   2:2(0) ack 1${later(60)}`,
      message: 'refused',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'by a server that closed first',
      ladder: `${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +.5    > P.  1:301(300) ack 2
        +.01   < .   2:2(0) ack 1
        +.2    > P.  1:301(300) ack 2
        +.01   < .   2:2(0) ack 1
        +.4    > P.  1:301(300) ack 2
        +.01   < .   2:2(0) ack 1`,
      message: 'refused',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
