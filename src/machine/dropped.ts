import { RST, SYN } from '../decode/segment.ts';
import { has, type LoggedSegment } from './logged-segment.ts';
import { atOrBefore, before, latest } from './sequence.ts';

/** Why the receiver of a segment had to drop it, though its numbers fit. */
export type Drop = 'old-timestamp' | 'no-timestamp' | 'unsigned' | 'bad-checksum';

/** The first reason to drop the segment at `index`; null where there is none. */
export function dropOf(segments: readonly LoggedSegment[], index: number): Drop | null {
  const segment = segments[index];
  if (!segment) return null;
  // RFC 9293 3.1, MUST-3: the checksum of what arrives is checked.
  if (segment.badChecksum) return 'bad-checksum';
  if (segment.optionsCut) return null;
  // RFC 2385 2.0, RFC 5925 7.5: what lacks the signature that both agreed on is dropped in silence.
  if (!segment.signed && bothOpened(segments, (syn) => syn.signed)) return 'unsigned';
  if (segment.timestamp === null) {
    // RFC 7323 3.2: once agreed, a segment without timestamps should be dropped.
    return bothOpened(segments, (syn) => syn.timestamp !== null) ? 'no-timestamp' : null;
  }
  const recent = recentTimestamp(segments, index, segment);
  // RFC 7323 5.3 R1 (PAWS).
  return recent !== null && before(segment.timestamp, recent) ? 'old-timestamp' : null;
}

/** Something else sent the segment, and not the side in whose name it came. */
export function isForgery(drop: Drop | null): boolean {
  // The clock of a sender does not go back between two segments, and a sender that has the key signs all of them.
  return drop === 'old-timestamp' || drop === 'unsigned';
}

/** SYN and SYN,ACK were both captured, with what `announces` asks for. */
function bothOpened(segments: readonly LoggedSegment[], announces: (syn: LoggedSegment) => boolean): boolean {
  const of = (side: string): LoggedSegment | undefined =>
    segments.find((s) => s.from === side && has(s, SYN) && !has(s, RST) && !s.optionsCut);
  const client = of('client');
  const server = of('server');
  return client !== undefined && server !== undefined && announces(client) && announces(server);
}

/**
 * The newest timestamp that the receiver must have taken over before (TS.Recent, RFC 7323 4.3): that of a segment which
 * stands at or in front of this one's number. Null where it has none.
 */
function recentTimestamp(
  segments: readonly LoggedSegment[],
  index: number,
  segment: LoggedSegment,
): number | null {
  let recent: number | null = null;
  for (let at = 0; at < index; at++) {
    const earlier = segments[at];
    if (earlier?.from !== segment.from || earlier.timestamp === null) continue;
    if (!has(earlier, RST) && !earlier.badChecksum && atOrBefore(earlier.seq, segment.seq))
      recent = recent === null ? earlier.timestamp : latest(recent, earlier.timestamp);
  }
  return recent;
}
