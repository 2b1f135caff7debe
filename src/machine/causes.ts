import { ACK, RST, SYN } from '../decode/segment.ts';
import type { Context, Effect } from './context.ts';
import { covers } from './fin.ts';
import { has, type LoggedSegment } from './logged-segment.ts';
import { initialOf, judgeReset } from './reset.ts';
import { after, atOrAfter } from './sequence.ts';
import { peerOf, type Side } from './state.ts';

type Causes = Record<Effect, (context: Context, side: Side) => number[]>;

/** For each effect, the segments of the peer that can have it at `side`, in capture order. */
export const CAUSES: Causes = {
  SYN: ({ segments }, side) =>
    indexes(segments, (s) => s.from !== side && has(s, SYN) && !has(s, ACK) && !has(s, RST)),

  'SYN,ACK': ({ segments }, side) => {
    const isn = initialOf(segments, side);
    if (isn === null) return [];
    return indexes(
      segments,
      (s) => s.from !== side && has(s, SYN) && has(s, ACK) && !has(s, RST) && after(s.ack, isn),
    );
  },

  'ACK of SYN': ({ segments }, side) => {
    const isn = initialOf(segments, side);
    if (isn === null) return [];
    return indexes(
      segments,
      (s) => s.from !== side && !has(s, SYN) && has(s, ACK) && !has(s, RST) && after(s.ack, isn),
    );
  },

  'ACK of FIN': ({ segments, fins }, side) => {
    const { inForce, sentEnd } = fins[side];
    const first = inForce?.copies[0];
    if (!inForce || first === undefined) return [];
    // What covers it may stand before it: a capture that takes both directions from two places swaps neighbours.
    return indexes(segments, (s) => s.from !== side && covers(s, inForce.end, sentEnd));
  },

  FIN: ({ segments, fins }, side) => {
    const { inForce, dropped } = fins[peerOf(side)];
    const copies = inForce?.copies.filter((copy) => !dropped.includes(copy)) ?? [];
    const [first] = copies;
    if (!inForce || first === undefined) return [];
    // A FIN above a hole is not received before the hole is filled. Where the capture never shows that, but the peer
    // acknowledged the FIN, the missing bytes were there and the FIN itself is the cause.
    const filled = segments.findIndex(
      (s, index) => index >= first && s.from !== side && atOrAfter(s.front, inForce.end),
    );
    const acknowledged = inForce.coveredAt;
    if (filled < 0 || (acknowledged !== null && filled > acknowledged)) {
      return acknowledged === null ? [] : copies;
    }
    return [filled, ...copies.filter((copy) => copy > filled)];
  },

  RST: (context, side) =>
    indexes(
      context.segments,
      (s, index) => s.from !== side && has(s, RST) && judgeReset(context, side, index) !== 'unacceptable',
    ),
};

function indexes(
  segments: readonly LoggedSegment[],
  matches: (segment: LoggedSegment, index: number) => boolean,
): number[] {
  const found: number[] = [];
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment && matches(segment, index)) found.push(index);
  }
  return found;
}
