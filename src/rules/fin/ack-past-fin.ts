import { ACK, RST } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { after, distance } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { acknowledgedAhead, finOf, framesOf, sentBy, strangersFrom } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Numbers farther away than any window are another connection's, or noise. */
const WINDOW_LIMIT = 1 << 30;

export const ackPastFin: Rule = {
  meta: {
    id: 'ack-past-fin',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.10.7.4 steps 6-7',
    label: '{side} acknowledges more than the FIN',
    summary: 'A side acknowledged more than its peer’s FIN, behind which nothing can come',
    messages: {
      past: 'The {side} acknowledged {ack}, {beyond} beyond the FIN of the {peer} at {finEnd}, behind which the {peer} sent nothing.',
      translated:
        'The {side} acknowledged {ack}, {beyond} beyond the FIN of the {peer} at {finEnd}, and the {peer} went on as if that were right: something between them probably changes the length of the stream.',
    },
    refutedBy: 'Data of the peer behind its FIN that the capture does not have.',
    waits: null,
    docs: {
      what: 'The ACK number of one side passes the end of its peer’s FIN. Behind a FIN there is nothing to acknowledge.',
      why: 'An ACK of something never sent covers nothing: the closer does not leave FIN_WAIT_1 by it and sends its FIN again, until a right ACK comes or it gives up.',
      legitimate:
        'A device that changes the length of the stream (a rewriting proxy, a NAT helper), recorded on both of its sides at once: then the numbers of one side are not those of the other, and neither is wrong. It is taken for that, and a suspicion only, when the difference showed before the FIN or the closer does not send its FIN again.',
      action:
        'Look for a device that rewrites sequence numbers in one direction (NAT helper, proxy, TLS offload) or a user-space stack that counts the FIN twice.',
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
        +.01   < .   1:1(0) ack 8
        +.2    > F.  1:1(0) ack 1
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasFin,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const first = fin?.copies[0];
  // What the peer itself sent beyond its FIN is data-after-fin, and its fault.
  if (!fin || first === undefined || after(connection.replay.fins[peer].sentEnd, fin.end)) return [];
  const past = sentBy(connection, side).filter(
    ({ segment, index }) =>
      index > first &&
      has(segment, ACK) &&
      !has(segment, RST) &&
      after(segment.ack, fin.end) &&
      distance(fin.end, segment.ack) < WINDOW_LIMIT &&
      index < strangersFrom(connection),
  );
  const [worst] = past;
  if (!worst) return [];
  const worstIndex = worst.index;
  // It did not take that for an acknowledgment of its FIN: it sent the FIN again.
  const repeated = fin.copies.some((copy) => copy > worstIndex);
  const translated = !repeated || acknowledgedAhead(connection, side, first);
  return [
    {
      message: translated ? 'translated' : 'past',
      tier: translated ? 'suspect' : 'violation',
      side,
      frames: [...framesOf(connection, [first]), ...past.map(({ segment }) => segment.frame)],
      evidence: {
        finEnd: fin.end >>> 0,
        ack: worst.segment.ack >>> 0,
        beyond: distance(fin.end, worst.segment.ack),
      },
    },
  ];
}
