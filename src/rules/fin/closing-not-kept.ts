import type { Rule } from '../rule.ts';

/** What is kept of a connection's closing has a bound; a flood of SYNs or RSTs can pass it. */
export const closingNotKept: Rule = {
  meta: {
    id: 'closing-not-kept',
    tiers: ['inconclusive'],
    clause: 'RFC 9293 3.6',
    label: 'closing too long to be kept whole',
    summary:
      'A closing with more segments than are kept: some between its first and its newest were not looked at',
    messages: {
      dropped:
        '{count} segments of the closing were not looked at: it has more than are kept, and what was found rests on its first and its newest ones.',
    },
    refutedBy: 'The same traffic without the flood, or with a capture filter that leaves it out.',
    waits: null,
    docs: {
      what: 'From its first FIN, RST or late SYN on, every segment of a connection is kept, up to 2,048. Of a longer closing the first 512 and the newest stay, and each FIN with the ACK of it as far as there is room.',
      why: 'A flood of SYNs or RSTs into a live connection can be that long. What was dropped may have held the segment that proves or disproves something, so the connection is not called conformant.',
      legitimate:
        'A scan, a test or an attack makes such a closing; neither end needs to have done anything wrong.',
      action:
        'See who sends the flood. Cut the capture to the time of the close (editcap -A -B), or filter the flood out, and check again.',
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
        @ repeat 2100
        +.0001 > S   77000000:77000000(0)
        +.0001 < .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
    },
  },
  concerns: ({ flow }) => flow.unlogged > 0,
  check: ({ flow: { frames, unlogged } }) => [
    {
      message: 'dropped',
      tier: 'inconclusive',
      side: null,
      frames: [frames.first, frames.last],
      evidence: { count: unlogged },
    },
  ],
};
