import { closingNotKept } from '../../src/rules/fin/closing-not-kept.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

ruleTester(closingNotKept, {
  valid: [
    {
      name: 'four segments',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
    {
      name: 'RSTs beside the window, few enough to be kept',
      ladder: `${OPEN}
        @ repeat 40
        +.001  < R   99000000:99000000(0)
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
    },
  ],
  invalid: [
    {
      name: 'a flood of SYNs before the close',
      ladder: `${OPEN}
        @ repeat 2100
        +.0001 > S   77000000:77000000(0)
        +.0001 < .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'dropped',
      tier: 'inconclusive',
      side: null,
      evidence: { count: 59 },
    },
    {
      name: 'a flood of SYNs within the close',
      ladder: `${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        @ repeat 2100
        +.0001 > S   77000000:77000000(0)
        +.02   < .   1:1(0) ack 2
        +.02   < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`,
      message: 'dropped',
      tier: 'inconclusive',
      side: null,
    },
  ],
});
