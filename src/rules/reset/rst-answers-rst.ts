import { ACK, RST } from '../../decode/segment.ts';
import { has, isBareRst } from '../../machine/logged-segment.ts';
import { answerTime } from '../../machine/round-trip.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { gapOf, sentBy } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** One RST may be an abort that crosses its peer's, another may answer what the capture lost; a third one cannot. */
const PROOF = 3;

export const rstAnswersRst: Rule = {
  meta: {
    id: 'rst-answers-rst',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.5.2',
    label: '{side} answers an RST with an RST',
    summary: 'An RST was sent in answer to an RST',
    messages: {
      once: 'The {side} sent an RST whose only possible trigger is the RST of its peer right before it.',
      again:
        'The {side} answered RSTs of its peer with RSTs {times} times; nothing else was sent that it could answer.',
    },
    refutedBy: 'Another segment of the peer with that ACK number, which the capture does not have.',
    waits: null,
    docs: {
      what: 'RST is never answered with RST. Here one was, and no other segment of the peer can have drawn it.',
      why: 'Two hosts that do so reset each other for ever.',
      legitimate:
        'Both ends may abort at once, and a segment that the capture lost may have drawn an RST: before the third it is a suspicion.',
      action:
        'Look for a firewall or load balancer that answers every unknown segment with RST, RSTs included.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +.01   < R   1:1(0)`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < R.  1:1(0) ack 1
        +.001  > R   1:1(0)`,
    },
  },
  concerns: (connection) => traitsOf(connection).resets > 1,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const { segments } = connection.flow;
  if (gapOf(connection, side) || gapOf(connection, peerOf(side))) return [];
  const longest = 2 * answerTime(connection.replay.roundTrip);
  const answers = sentBy(connection, side).filter(({ segment, index }) => {
    if (!isBareRst(segment)) return false;
    const lately = segments.slice(0, index).filter(
      // Twice the time that an answer can take, so that no late one is mistaken.
      (s) => s.from !== side && segment.time - s.time <= longest,
    );
    const others = lately.filter((s) => !has(s, RST));
    return others.length === 0 && lately.some((s) => has(s, RST) && has(s, ACK) && s.ack === segment.seq);
  });
  if (answers.length === 0) return [];
  const triggers = answers.flatMap(({ index }) => {
    const rst = segments.slice(0, index).findLast((s) => s.from !== side && has(s, RST));
    return rst ? [rst.frame] : [];
  });
  return [
    {
      message: answers.length > 1 ? 'again' : 'once',
      tier: answers.length >= PROOF ? 'violation' : 'suspect',
      side,
      frames: [...triggers, ...answers.map(({ segment }) => segment.frame)],
      evidence: { times: answers.length },
    },
  ];
}
