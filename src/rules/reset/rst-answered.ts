import { before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { type AnsweredReset, acknowledgedText, answeredResets } from '../facts/answered-reset.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { gapOf } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** RST and ACK that follow each other so often are a loop. */
const LOOP = 3;

export const rstAnswered: Rule = {
  meta: {
    id: 'rst-answered',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.10.7.4, RFC 5961 3.2',
    label: '{side} answers an RST that it should drop',
    summary: 'An RST outside of the window was answered with an ACK, or the text of an RST was acknowledged',
    messages: {
      outside:
        'The {side} answered {count} RSTs of the {peer} {place} its window ({seq}, expected {expected}) with an ACK; they are to be dropped in silence.',
      loop: 'The {side} answered {count} RSTs of the {peer} {place} its window ({seq}, expected {expected}) with an ACK; each of these drew the next RST: the two made a loop.',
      text: 'The {side} acknowledged {bytes} bytes of text that an RST of the {peer} carried: such text is no part of the stream, and the RST was to be obeyed or dropped.',
    },
    refutedBy: 'Another segment of the peer right before that ACK, which the capture does not have.',
    waits: null,
    docs: {
      what: 'An RST outside of the window is dropped without an answer; only one inside that is not exact draws a challenge ACK. Here an ACK came back at once, with what the side had said before. Or the side acknowledged the text that an RST carried.',
      why: 'The peer has no connection any more and answers the ACK with the next RST: two such hosts send packets to each other without end.',
      legitimate:
        'An ACK that happens to be sent at that moment for another reason: it has to repeat the last one, with everything acknowledged before.',
      action:
        'Upgrade the stack that answers. Until then, a firewall can drop RSTs that belong to no connection.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +1     > R   1:1(0)`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 101
        +1     > R   1:1(0)
        +.001  < .   1:1(0) ack 101`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasEarlyReset,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that answered. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const facts: Fact[] = [];
  const missing = gapOf(connection, peerOf(side)) ?? gapOf(connection, side);
  const answered = missing ? [] : answeredResets(connection, side);
  const [first] = answered;
  if (first) {
    facts.push({
      message: isLoop(connection, answered) ? 'loop' : 'outside',
      tier: 'suspect',
      side,
      frames: answered.flatMap(({ reset, ack }) => [reset.frame, ack.frame]),
      evidence: {
        count: answered.length,
        seq: first.reset.seq >>> 0,
        expected: first.expected >>> 0,
        place: before(first.reset.seq, first.expected) ? 'below' : 'above',
      },
    });
  }
  const text = acknowledgedText(connection, side);
  if (text) {
    const { reset, ack, bytes } = text;
    const evidence = { bytes, seq: reset.seq >>> 0, ack: ack.ack >>> 0 };
    facts.push({ message: 'text', tier: 'suspect', side, frames: [reset.frame, ack.frame], evidence });
  }
  return facts;
}

/** RST and ACK in turn, with nothing in between. */
function isLoop({ flow: { segments } }: Connection, answered: readonly AnsweredReset[]): boolean {
  const inTurn = answered.filter(({ ack }) => {
    const next = segments[segments.indexOf(ack) + 1];
    return answered.some(({ reset }) => reset === next);
  });
  return inTurn.length + 1 >= LOOP;
}
