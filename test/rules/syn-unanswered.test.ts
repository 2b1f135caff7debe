import { synUnanswered } from '../../src/rules/time-wait/syn-unanswered.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const BEFORE = `${OPEN}
  +1     < F.  1:1(0) ack 1
  +.02   > F.  1:1(0) ack 2
  +.02   < .   2:2(0) ack 2
  @ isn client 1100000`;

ruleTester(synUnanswered, {
  valid: [
    { name: 'it is answered', ladder: OPEN },
    {
      name: 'it is answered when it comes again',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1`,
    },
    {
      name: 'a refusal on ports that nobody had used is told by its cause',
      ladder: `
        +0     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
  ],
  invalid: [
    {
      name: 'three SYNs and nothing',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +2     > S   0:0(0)`,
      message: 'alone',
      tier: 'note',
      side: 'client',
      frames: [1, 2, 3],
      evidence: { syns: 3, span: 3 },
    },
    {
      name: 'on ports that had been in use',
      ladder: `${BEFORE}
        +2     > S   0:0(0)
        +1     > S   0:0(0)`,
      message: 'again',
      tier: 'note',
      side: 'client',
      frames: [6, 7, 8],
      evidence: { earlier: 6, interval: 2 },
    },
    {
      name: 'refused on ports that had been in use',
      ladder: `${BEFORE}
        +2     > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
      message: 'refused',
      tier: 'note',
      side: 'client',
      frames: [6, 7, 8],
    },
  ],
});
