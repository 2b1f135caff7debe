import { advance, after } from '../machine/sequence.ts';
import { SIDES, type Side } from '../machine/state.ts';
import { finOf, framesOf, sentBy } from './facts.ts';
import type { Connection, Fact, Rule } from './rule.ts';

export const dataAfterFin: Rule = {
  meta: {
    id: 'data-after-fin',
    tiers: ['violation'],
    clause: 'RFC 9293 3.6, 3.10.4',
    summary: 'A side sent new payload beyond its own FIN',
    messages: {
      beyond: 'The {side} sent {bytes} bytes that end at {dataEnd}, beyond its own FIN at {finEnd}.',
    },
    refutedBy: 'Proof that the FIN or the data was not sent by that side.',
    waits: null,
    docs: {
      what: 'A FIN says that its sender will send no more data. Here new payload follows it, with sequence numbers behind the FIN.',
      why: 'The receiver has told its application end-of-file and drops the data, usually without a word. The bytes are lost and the sender may wait for their acknowledgment for minutes.',
      legitimate:
        'Data sent before the FIN and retransmitted after it ends before the FIN and is not new. A keep-alive may carry one byte at the FIN’s own number.',
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
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
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
  return [
    {
      message: 'beyond',
      tier: 'violation',
      side,
      frames: [...framesOf(connection, [first]), ...beyond.map(({ segment }) => segment.frame)],
      evidence: { finEnd: fin.end >>> 0, dataEnd: dataEnd >>> 0, bytes: (dataEnd - fin.end) | 0 },
    },
  ];
}
