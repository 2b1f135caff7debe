import { seconds } from '../facts/facts.ts';
import { allowedBy, isWithinTimeWait, reuseOf } from '../facts/reuse.ts';
import type { Rule } from '../rule.ts';

export const timeWaitUnsafeReuse: Rule = {
  meta: {
    id: 'time-wait-unsafe-reuse',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.6.1 (MAY-2), RFC 6191 2',
    label: '{side} reuses a TIME_WAIT unsafely',
    summary: 'A 4-tuple was reused out of TIME_WAIT with neither a higher ISN nor a newer timestamp',
    messages: {
      opener:
        'The {side} reused the ports {interval} s into its own TIME_WAIT with an ISN {behind} below its last number and no newer timestamp.',
      acceptor:
        'The {side} accepted a new connection {interval} s into its own TIME_WAIT although nothing showed it to be newer: ISN of the client {clientAhead}, of the server {serverAhead} from the last numbers, no newer timestamp.',
    },
    refutedBy: 'An RST that had ended the TIME_WAIT, or a TIME_WAIT of that stack shorter than the interval.',
    waits: null,
    docs: {
      what: 'TIME_WAIT keeps a 4-tuple closed until segments of the old connection have died out. It may be cut short for a SYN that is provably newer: a higher sequence number or a newer timestamp. Here neither was given, and the connection was opened all the same.',
      why: 'A late segment of the old connection can fall into the window of the new one: wrong bytes in the stream, with a right checksum.',
      legitimate:
        'How long a TIME_WAIT lasts, and whether an RST had ended it, is not on the wire, so it is a suspicion. Another host behind a NAT that gave it the same port looks like this too (then the TTL or the timestamps change).',
      action:
        'Find what skips TIME_WAIT: SO_LINGER 0 tricks, user-space stacks, NAT devices that map two hosts to one port in short order (then TTL or timestamps change). Enable TCP timestamps on both sides.',
      good: `
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
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        @ isn client 900000
        @ isn server 4900000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
    },
  },
  concerns: ({ previous }) => previous !== null,
  check: (connection) => {
    const reuse = reuseOf(connection);
    // Options that the snap length cut are unknown, not absent: there may be a newer timestamp among them.
    if (connection.flow.cutHeaders || connection.previous?.flow.cutHeaders) return [];
    if (!reuse || allowedBy(reuse) || !isWithinTimeWait(reuse, connection)) return [];
    const { holder, interval, isnAhead, syn, answer, lastFrame, timestampAhead } = reuse;
    return [
      {
        message: holder === 'client' ? 'opener' : 'acceptor',
        // That nothing had ended the TIME_WAIT is not on the wire: one lost RST is enough (RFC 9293 3.10.7.4).
        tier: 'suspect',
        side: holder,
        frames: [lastFrame, syn.frame, answer.frame],
        evidence: {
          interval: seconds(interval),
          behind: Math.max(0, -isnAhead.client),
          clientAhead: isnAhead.client,
          serverAhead: isnAhead.server,
          timestampAhead,
        },
      },
    ];
  },
};
