import { ACK, RST, SYN } from '../decode/segment.ts';
import type { Context, Effect } from './context.ts';
import { endOf, has, isBareRst, type LoggedSegment } from './logged-segment.ts';
import { after, before } from './sequence.ts';
import { peerOf, type Side } from './state.ts';

/** Whether one own segment, seen after the cause, shows that the effect had happened, had not, or neither. */
export type Evidence = 'proof' | 'contradiction' | 'nothing';

/** What the own segment at `at` says of the effect of the peer's segment at `cause`. */
export function evidence(context: Context, side: Side, effect: Effect, cause: number, at: number): Evidence {
  const { segments, fins } = context;
  const own = segments[at];
  const arrived = segments[cause];
  if (!own || !arrived) return 'nothing';
  // It acknowledges octets that the peer first sent with the cause or behind it.
  const acknowledges =
    has(own, ACK) && !has(own, RST) && after(own.ack, arrived.highBefore) && endOf(arrived) !== arrived.seq;
  switch (effect) {
    case 'SYN':
      if (has(own, ACK) && after(own.ack, arrived.seq)) return 'proof';
      return has(own, SYN) && !has(own, ACK) ? 'contradiction' : 'nothing';
    case 'SYN,ACK':
      if (has(own, SYN) && !has(own, ACK)) return 'contradiction';
      return has(own, ACK) && !has(own, RST) && after(own.ack, arrived.seq) ? 'proof' : 'nothing';
    case 'ACK of SYN':
      if (has(own, SYN)) return 'contradiction';
      return has(own, RST) ? 'nothing' : 'proof';
    case 'ACK of FIN': {
      if (acknowledges || acknowledgesLater(context, side, cause, own)) return 'proof';
      const fin = fins[side].inForce;
      return fin?.copies.includes(at) ? 'contradiction' : 'nothing';
    }
    case 'FIN': {
      const end = fins[peerOf(side)].inForce?.end ?? 0;
      if (!has(own, ACK) || (has(own, RST) && own.seq === 0)) return 'nothing';
      return before(own.ack, end) ? 'contradiction' : 'proof';
    }
    case 'RST':
      return isBareRst(own) ? 'proof' : 'contradiction';
  }
}

/** `own` acknowledges octets that the peer first sent after `cause`: with them it had everything sent before. */
function acknowledgesLater({ segments }: Context, side: Side, cause: number, own: LoggedSegment): boolean {
  if (!has(own, ACK) || has(own, RST)) return false;
  for (let index = cause + 1; index < segments.length; index++) {
    const next = segments[index];
    if (next && next.from !== side && !has(next, RST) && after(endOf(next), next.highBefore))
      return next.time <= own.time && after(own.ack, next.highBefore);
  }
  return false;
}
