import { SIDES } from '../../machine/state.ts';
import { at, finOf, framesOf, secondCloser } from '../facts/facts.ts';
import type { Rule } from '../rule.ts';

export const threeWayClose: Rule = {
  meta: {
    id: 'three-way-close',
    tiers: ['note'],
    clause: 'RFC 9293 3.3.2 figure 5 note 2',
    label: 'FIN and ACK in one segment (legal)',
    summary: 'FIN, FIN+ACK, ACK: the second FIN acknowledged the first',
    messages: { three: 'The {side} acknowledged the FIN of the {peer} with its own: FIN, FIN+ACK, ACK.' },
    refutedBy: 'A separate ACK of the first FIN before the second FIN.',
    waits: null,
    docs: {
      what: 'The abbreviated close: the second side had nothing to send and closed before its delayed ACK of the first FIN was due, so that one segment carries both.',
      why: 'It is the shortest orderly close. The first closer passes from FIN_WAIT_1 to TIME_WAIT at once and netstat never shows FIN_WAIT_2.',
      legitimate: 'Always.',
      action: 'Nothing.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
    },
  },
  concerns: ({ close }) => close.kind === 'three-way',
  check: (connection) => {
    const frames = SIDES.flatMap((side) => {
      const fin = finOf(connection, side);
      return [
        ...framesOf(connection, fin?.copies.slice(0, 1) ?? []),
        ...(at(connection, fin?.coveredAt ?? null) ? framesOf(connection, [fin?.coveredAt ?? 0]) : []),
      ];
    });
    return [{ message: 'three', tier: 'note', side: secondCloser(connection), frames, evidence: {} }];
  },
};
