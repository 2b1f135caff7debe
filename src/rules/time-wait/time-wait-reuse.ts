import { seconds } from '../facts/facts.ts';
import { allowedBy, isWithinTimeWait, reuseOf } from '../facts/reuse.ts';
import type { Rule } from '../rule.ts';

export const timeWaitReuse: Rule = {
  meta: {
    id: 'time-wait-reuse',
    tiers: ['note'],
    clause: 'RFC 9293 3.6.1 (MAY-2), RFC 6191',
    label: 'port reused out of TIME_WAIT (legal)',
    summary: 'A 4-tuple was reused within 2MSL, legally',
    messages: {
      timestamp:
        'The ports were reused {interval} s into the TIME_WAIT of the {side}: the SYN has a newer timestamp (RFC 6191).',
      isn: 'The ports were reused {interval} s into the TIME_WAIT of the {side}: the new ISN is above the last number of the old connection (MAY-2).',
    },
    refutedBy: 'A different host behind the same address.',
    waits: null,
    docs: {
      what: 'The same 4-tuple was opened again while one side was still in TIME_WAIT, under a condition that allows it.',
      why: 'It shows that a client cycles through its ports within 2MSL: close to running out of them.',
      legitimate:
        'Always: the conditions of MAY-2 and RFC 6191 make it safe. Linux does it with tcp_tw_reuse.',
      action:
        'Nothing at once. Keep connections open (keep-alive, pooling), use more client addresses or server ports, or let the other side close first.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        @ isn client 1100000
        @ isn server 5100000
        +300   > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        @ isn client 1100000
        @ isn server 5100000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
    },
  },
  concerns: ({ previous }) => previous !== null,
  check: (connection) => {
    const reuse = reuseOf(connection);
    const condition = reuse && allowedBy(reuse);
    if (!reuse || !condition || !isWithinTimeWait(reuse, connection)) return [];
    const { holder, interval, isnAhead, syn, answer, lastFrame, timestampAhead } = reuse;
    return [
      {
        message: condition,
        tier: 'note',
        side: holder,
        frames: [lastFrame, syn.frame, answer.frame],
        evidence: {
          interval: seconds(interval),
          clientAhead: isnAhead.client,
          serverAhead: isnAhead.server,
          timestampAhead,
        },
      },
    ];
  },
};
