import { RST } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { seconds, streamOf } from '../facts/facts.ts';
import type { Rule } from '../rule.ts';

export const synUnanswered: Rule = {
  meta: {
    id: 'syn-unanswered',
    tiers: ['note'],
    clause: 'RFC 9293 3.10.7.3, 3.8.3',
    label: 'SYN is never answered',
    summary: 'SYNs that nothing answered, or that were refused on ports that had been in use before',
    messages: {
      alone: 'The {side} sent its SYN {syns} times over {span} s, and nothing answered.',
      again:
        'The {side} sent its SYN {syns} times over {span} s, and nothing answered. The ports had been in use before: the last segment of that connection, frame {earlier}, came {interval} s earlier.',
      refused:
        'The SYN of the {side} was refused with RST. The ports had been in use before: the last segment of that connection, frame {earlier}, came {interval} s earlier.',
    },
    refutedBy: 'An answer that the capture does not have.',
    waits: null,
    docs: {
      what: 'One side tried to open a connection and got no answer at all, not even a refusal. Where the same two ends had a connection on these ports before, the report names it: a peer that still holds it may drop the SYN, or refuse it.',
      why: 'The application waits for its connect time-out: seconds to minutes. A refusal would have told at once.',
      legitimate:
        'A host that is down or a firewall that drops in silence. Port scans look like this in great numbers.',
      action:
        'Record next to the other side: if the SYN reaches it, look at its listen queue and its firewall. Where there was a connection before, see whether that side still holds it (`ss -tan`), and time-wait-refused.',
      good: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +2     > S   0:0(0)`,
    },
  },
  concerns: ({ close, previous }) =>
    close.kind === 'unanswered' || (close.kind === 'refused' && previous !== null),
  check: (connection) => {
    const { flow, previous, close } = connection;
    const syns = streamOf(connection, 'client');
    const reset = flow.segments.find((s) => has(s, RST));
    const first = syns[0]?.segment;
    const last = syns.at(-1)?.segment;
    if (!first || !last) return [];
    const message = close.kind === 'refused' ? 'refused' : previous ? 'again' : 'alone';
    return [
      {
        message,
        tier: 'note',
        side: 'client',
        frames: [
          ...(previous ? [previous.flow.frames.last] : []),
          ...syns.slice(0, 16).map(({ segment }) => segment.frame),
          ...(reset ? [reset.frame] : []),
        ],
        evidence: {
          syns: syns.length,
          span: seconds(last.time - first.time),
          earlier: previous?.flow.frames.last ?? null,
          interval: previous ? seconds(first.time - previous.flow.ended) : null,
        },
      },
    ];
  },
};
