import { peerOf, SIDES } from '../../machine/state.ts';
import { causeOf } from '../causes/cause.ts';
import { finOf, framesOf, resetOf } from '../facts/facts.ts';
import { costOf } from '../facts/reset-cost.ts';
import type { Rule } from '../rule.ts';

export const rstAfterFin: Rule = {
  meta: {
    id: 'rst-after-fin',
    tiers: ['suspect', 'note'],
    clause: 'RFC 9293 3.6.1 (SHLD-3), 3.10.5',
    label: '{side} resets in the midst of a close',
    summary: 'A RST ended the close before both FINs were acknowledged',
    messages: {
      lost: 'After a FIN, the {side} ended the close with RST; {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      clean:
        'After a FIN, the {side} ended the close with RST; all data had been acknowledged (whether it was read is not on the wire). Cause: {cause}.',
      tail: 'After a FIN, the {side} ended the close with RST; the last {lostPeer} bytes of the {peer}, which answered the close, were never acknowledged: no more than a farewell such as the close_notify of TLS. Cause: {cause}.',
      unknown:
        'After a FIN, the {side} ended the close with RST; what was lost cannot be told: {gap}. Cause: {cause}.',
      unheard:
        'After a FIN, the {side} was gone; its RST did not reach the window of the {peer}, which did not learn of it. {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      unheardUnknown:
        'After a FIN, the {side} was gone; its RST did not reach the window of the {peer}, which did not learn of it. What was lost cannot be told: {gap}. Cause: {cause}.',
      foreign:
        'A FIN or RST in the name of the {side} that does not look like it ended the close; {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} had not been acknowledged as far as captured. Cause: {cause}.',
      named:
        'After a FIN, an RST in the name of the {side} ended the connection for the {peer}, and the {side} went on with it. {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      namedUnknown:
        'After a FIN, an RST in the name of the {side} ended the connection for the {peer}, and the {side} went on with it. What was lost cannot be told: {gap}. Cause: {cause}.',
    },
    refutedBy: 'An ACK of those bytes, or of both FINs, that the capture does not have.',
    waits: null,
    docs: {
      what: 'A close began with FIN and was then cut off with RST by one side.',
      why: 'The most common cause is a side that closed completely (close(), not shutdown()) while its peer was still sending: what arrives then has no reader and draws RST, and the peer’s unread data is thrown away with it.',
      legitimate:
        'Clients that are done and do not care for the rest (many browsers and health checks close with FIN and answer the server’s FIN with RST). With nothing lost, or no more than parting words that answer the close (the close_notify of TLS), it is a note. The RST itself is what SHLD-3 asks for: what is suspected is the close that made it necessary.',
      action:
        'Bytes lost: on the side that sent RST, shutdown(SHUT_WR) and read to end-of-file before close(); on a server that closes idle connections, let the client’s idle time-out be the shorter one.',
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
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.5    < P.  1:101(100) ack 2
        +.01   > R   2:2(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'reset-after-fin',
  check: (connection) => {
    const reset = resetOf(connection);
    if (!reset) return [];
    const side = reset.sender;
    const { lost, gap, message, isLost } = costOf(connection, side);
    const peer = peerOf(side);
    const fins = SIDES.flatMap((s) => framesOf(connection, finOf(connection, s)?.copies.slice(0, 1) ?? []));
    return [
      {
        message,
        tier: isLost ? 'suspect' : 'note',
        side,
        frames: [...fins, reset.frame],
        evidence: {
          lostPeer: lost[peer],
          lostOwn: lost[side],
          gap,
          cause: causeOf(connection)?.name ?? 'unknown',
        },
      },
    ];
  },
};
