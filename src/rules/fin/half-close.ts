import { peerOf, SIDES } from '../../machine/state.ts';
import { at, dataAfterPeersFin, finOf, framesOf, resetOf, seconds } from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Rule } from '../rule.ts';

export const halfClose: Rule = {
  meta: {
    id: 'half-close',
    tiers: ['note'],
    clause: 'RFC 9293 3.6',
    label: '{side} sends on after the FIN (legal)',
    summary: 'New data came after the sender had acknowledged the FIN of its peer',
    messages: {
      half: 'The {side} sent {bytes} more bytes over {duration} s after it had acknowledged the FIN of the {peer}.',
    },
    refutedBy: 'Proof that those bytes had been sent before.',
    waits: null,
    docs: {
      what: 'One direction was closed, the other went on: shutdown(SHUT_WR) on one side, more data from the other.',
      why: 'Connections in FIN_WAIT_2 and CLOSE_WAIT are in use here, and no leak. Proxies that take the first FIN for the end of both directions break them.',
      legitimate:
        'Always: "simplex" close is part of TCP. rsync, ssh, some HTTP/1.0 clients and many RPC systems use it.',
      action:
        'Nothing at the ends. A proxy between them must pass the FIN on and keep the other direction open.',
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
        +.01   < .   1:1(0) ack 2
        +.5    < P.  1:101(100) ack 2
        +.01   > .   2:2(0) ack 101
        +.5    < F.  101:101(0) ack 2
        +.01   > .   2:2(0) ack 102`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasCoveredFin,
  check: (connection) => {
    // Data that a closed end answered with RST is no half-close: rst-after-fin.
    if (connection.close.kind === 'simultaneous' || resetOf(connection)) return [];
    return SIDES.flatMap((side) => {
      const data = dataAfterPeersFin(connection, side);
      const covered = at(connection, finOf(connection, peerOf(side))?.coveredAt ?? null);
      const last = at(connection, data.at(-1) ?? null);
      const ownFin = finOf(connection, side)?.copies[0];
      // Data in the one segment that carries ACK and FIN was on its way when the other closed.
      if (!covered || !last || (data.length === 1 && data[0] === ownFin)) return [];
      const bytes = data.reduce((sum, index) => sum + (at(connection, index)?.length ?? 0), 0);
      const evidence = { bytes, duration: seconds(last.time - covered.time) };
      const frames = [covered.frame, ...framesOf(connection, [data[0] ?? 0]), last.frame];
      return [{ message: 'half', tier: 'note' as const, side, frames, evidence }];
    });
  },
};
