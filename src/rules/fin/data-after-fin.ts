import { advance, after, distance } from '../../machine/sequence.ts';
import { SIDES, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, framesOf, sentBy } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const dataAfterFin: Rule = {
  meta: {
    id: 'data-after-fin',
    tiers: ['violation', 'suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6, 3.10.4',
    label: '{side} sends data after its FIN',
    summary: 'A side sent new payload beyond its own FIN',
    messages: {
      beyond: 'The {side} sent {bytes} bytes that end at {dataEnd}, beyond its own FIN at {finEnd}.',
      forged:
        'The {side} sent data that ends at {dataEnd}, beyond a FIN at {finEnd} in its name that came with another TTL ({finTtl}, not {ttl}): the FIN was probably forged.',
      gap: 'Data of the {side} ends at {dataEnd}, beyond its FIN at {finEnd}, but {missing} bytes between the two were not captured: they may have taken the place of the FIN, or belong to another connection on the same ports.',
    },
    refutedBy: 'Proof that the FIN or the data was not sent by that side.',
    waits: null,
    docs: {
      what: 'A FIN says that its sender will send no more data. Here new payload follows it, with sequence numbers behind the FIN.',
      why: 'The receiver has told its application end-of-file and drops the data, usually without a word. The bytes are lost and the sender may wait for their acknowledgment for minutes.',
      legitimate:
        'Data sent before the FIN and retransmitted after it ends before the FIN and is not new. A keep-alive may carry one byte at the FIN’s own number. A FIN forged by a middlebox looks the same: where its TTL is not that of the data, it is a suspicion only.',
      action:
        'No kernel does this. Look at what rewrites the stream between the two: a user-space stack, a proxy that splices two connections, a NAT helper that changes lengths, an injector.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.2    > P.  1:101(100) ack 1
        +.01   < .   1:1(0) ack 102
        +.01   < F.  1:1(0) ack 102
        +0     > .   102:102(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.1    > P.  2:102(100) ack 1
        +.1    < F.  1:1(0) ack 2
        +0     > .   102:102(0) ack 2`,
    },
  },
  concerns: ({ replay }) =>
    SIDES.some((side) => {
      const { inForce, sentEnd } = replay.fins[side];
      return inForce !== null && after(sentEnd, inForce.end);
    }),
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const fin = finOf(connection, side);
  const first = fin?.copies[0];
  if (!fin || first === undefined) return [];
  const beyond = sentBy(connection, side).filter(
    ({ segment, index }) =>
      index > first && segment.length > 0 && after(advance(segment.seq, segment.length), fin.end),
  );
  const last = beyond.at(-1)?.segment;
  if (!last) return [];
  const dataEnd = advance(last.seq, last.length);
  const finSegment = at(connection, first);
  const missing = Math.max(0, Math.min(...beyond.map(({ segment }) => distance(fin.end, segment.seq))));
  const forged = finSegment !== null && beyond.every(({ segment }) => segment.ttl !== finSegment.ttl);
  const message = missing > 0 ? 'gap' : forged ? 'forged' : 'beyond';
  const tier = missing > 0 ? 'inconclusive' : forged ? 'suspect' : 'violation';
  return [
    {
      message,
      tier,
      side,
      frames: [...framesOf(connection, [first]), ...beyond.map(({ segment }) => segment.frame)],
      evidence: {
        finEnd: fin.end >>> 0,
        dataEnd: dataEnd >>> 0,
        bytes: (dataEnd - fin.end) | 0,
        missing,
        finTtl: finSegment?.ttl ?? null,
        ttl: last.ttl,
      },
    },
  ];
}
