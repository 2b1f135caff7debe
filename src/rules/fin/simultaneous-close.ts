import { SIDES } from '../../machine/state.ts';
import { at, finOf, framesOf } from '../facts/facts.ts';
import type { Rule } from '../rule.ts';

export const simultaneousClose: Rule = {
  meta: {
    id: 'simultaneous-close',
    tiers: ['note'],
    clause: 'RFC 9293 3.6 case 3',
    label: 'both sides close at once (legal)',
    summary: 'Both sides closed before either had received the FIN of the other',
    messages: {
      crossing:
        'The FINs crossed: that of the client acknowledges {clientAck}, that of the server {serverAck}; neither covers the other.',
    },
    refutedBy: 'A segment between the two that acknowledges the first FIN.',
    waits: null,
    docs: {
      what: 'Both sides sent FIN without having received one. Both go through CLOSING, and both end in TIME_WAIT.',
      why: 'It is legal and rare, and stacks get it wrong more often than the ordinary close. Both sides pay for a TIME_WAIT.',
      legitimate: 'Always. It is recognised by ACK numbers, so a capture next to either side shows the same.',
      action:
        'Nothing. Where it happens often both ends run the same time-out: let one of them be the longer.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +0     > .   2:2(0) ack 2
        +.01   < .   2:2(0) ack 2`,
    },
  },
  concerns: ({ close }) => close.kind === 'simultaneous',
  check: (connection) => {
    const ack = (side: 'client' | 'server'): number =>
      (at(connection, finOf(connection, side)?.copies[0] ?? null)?.ack ?? 0) >>> 0;
    const frames = SIDES.flatMap((side) =>
      framesOf(connection, finOf(connection, side)?.copies.slice(0, 1) ?? []),
    );
    const evidence = { clientAck: ack('client'), serverAck: ack('server') };
    return [{ message: 'crossing', tier: 'note', side: null, frames, evidence }];
  },
};
