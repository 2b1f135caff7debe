import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { sentBy } from '../facts/facts.ts';
import { hasOwnTtl } from '../facts/identity.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** One may be made up by something on the path. */
const ENOUGH = 2;

export const finWithoutAck: Rule = {
  meta: {
    id: 'fin-without-ack',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.1, 3.10.7.4 step 5',
    label: '{side} sends its FIN without ACK',
    summary: 'A FIN was sent without the ACK flag, twice or more: its receiver drops that',
    messages: {
      bare: 'The {side} sent its FIN {copies} times without the ACK flag, which every segment of an open connection carries: its receiver drops that.',
    },
    refutedBy: 'Proof that those segments were not sent by that side.',
    waits: null,
    docs: {
      what: 'FIN alone, without ACK, on a connection that was open. Once a connection is established the ACK field is always sent.',
      why: 'A receiver drops a segment without ACK before it looks at the FIN (step 5), so the close never begins: the peer keeps the connection until its own time-out.',
      legitimate:
        'A port scan sends FINs without ACK to connections that never were: those are not reported. One such FIN on an open connection may be forged.',
      action:
        'A user-space stack, a traffic generator or a device that closes connections in the name of others: it has to set ACK.',
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
        +1     > F   1:1(0)
        +.2    > F   1:1(0)
        +.4    > F   1:1(0)`,
    },
  },
  concerns: (connection) => traitsOf(connection).otherFins >= ENOUGH,
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const own = sentBy(connection, side);
  const bare = own.filter(
    ({ segment: s }) =>
      has(s, FIN) && !has(s, ACK) && !has(s, SYN) && !has(s, RST) && hasOwnTtl(connection, side, s),
  );
  const [first] = bare;
  // Only a connection that was open has something to acknowledge.
  const wasOpen = own.some(
    ({ segment: s, index }) => index < (first?.index ?? 0) && has(s, ACK) && !has(s, SYN) && !has(s, RST),
  );
  if (bare.length < ENOUGH || !wasOpen || connection.flow.oneSided) return [];
  return [
    {
      message: 'bare',
      tier: 'suspect',
      side,
      frames: bare.map(({ segment }) => segment.frame),
      evidence: { copies: bare.length },
    },
  ];
}
