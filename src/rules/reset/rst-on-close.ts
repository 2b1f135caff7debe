import { FIN } from '../../decode/segment.ts';
import { peerOf } from '../../machine/state.ts';
import { causeOf } from '../causes/cause.ts';
import { resetOf } from '../facts/facts.ts';
import { costOf } from '../facts/reset-cost.ts';
import type { Rule } from '../rule.ts';

export const rstOnClose: Rule = {
  meta: {
    id: 'rst-on-close',
    tiers: ['suspect', 'note'],
    clause: 'RFC 9293 3.6.1 (SHLD-3), 3.10.5',
    label: '{side} resets instead of closing',
    summary: 'A connection without any FIN was ended by RST',
    messages: {
      lost: 'The {side} ended the connection with RST and no FIN; {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      clean:
        'The {side} ended the connection with RST and no FIN; all data had been acknowledged (whether it was read is not on the wire). Cause: {cause}.',
      unknown:
        'The {side} ended the connection with RST and no FIN; what was lost cannot be told: {gap}. Cause: {cause}.',
      unheard:
        'The {side} was gone without a FIN; its RST did not reach the window of the {peer}, which did not learn of it. {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      unheardUnknown:
        'The {side} was gone without a FIN; its RST did not reach the window of the {peer}, which did not learn of it. What was lost cannot be told: {gap}. Cause: {cause}.',
      foreign:
        'An RST in the name of the {side} that does not look like it ended the connection; {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} had not been acknowledged as far as captured. Cause: {cause}.',
      named:
        'An RST in the name of the {side} ended the connection for the {peer}, and the {side} went on with it. {lostPeer} bytes of the {peer} and {lostOwn} bytes of the {side} were never acknowledged. Cause: {cause}.',
      namedUnknown:
        'An RST in the name of the {side} ended the connection for the {peer}, and the {side} went on with it. What was lost cannot be told: {gap}. Cause: {cause}.',
    },
    refutedBy: 'An ACK of those bytes, or a FIN before the RST, that the capture does not have.',
    waits: null,
    docs: {
      what: 'An established connection ended by RST, without FIN from either side.',
      why: 'RST throws away whatever is in flight or unread on both sides. The peer’s next read fails with ECONNRESET, even if data had arrived that it had not read yet.',
      legitimate:
        'Aborting on purpose: a protocol error, a time-out, a load balancer’s health check, a browser that closes a tab. With nothing lost it is a note.',
      action:
        'Bytes lost: find out who closes with unread data (close() before reading to the end sends RST on Linux), who sets SO_LINGER to 0, or which process was killed. Read to end-of-file before close(), or shutdown(SHUT_WR) first.',
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
        +1     > P.  1:101(100) ack 1
        +.01   < R.  1:1(0) ack 1`,
    },
  },
  concerns: ({ close }) => close.kind === 'abort',
  check: (connection) => {
    const reset = resetOf(connection);
    if (!reset || connection.flow.segments.some((s) => s.frame < reset.frame && (s.flags & FIN) !== 0))
      return [];
    const side = reset.sender;
    const { lost, gap, message, isLost } = costOf(connection, side);
    return [
      {
        message,
        tier: isLost ? 'suspect' : 'note',
        side,
        frames: [reset.frame],
        evidence: {
          lostPeer: lost[peerOf(side)],
          lostOwn: lost[side],
          gap,
          cause: causeOf(connection)?.name ?? 'unknown',
        },
      },
    ];
  },
};
