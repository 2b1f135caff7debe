import { ACK, SYN } from '../decode/segment.ts';
import { has, type LoggedSegment } from './logged-segment.ts';

const MILLISECOND = 1e6;
/** A host that is scheduled late looks like a longer path: what is nearer than this is never told apart. */
const FLOOR = 10 * MILLISECOND;
/** Used where the opening was not captured. */
const UNKNOWN = 100 * MILLISECOND;

/**
 * The round trip that the opening shows, nanoseconds: from the last SYN before the SYN,ACK to the ACK behind it. Both
 * halves are in it wherever on the path the capture was made. Null where the opening was not captured.
 */
export function roundTripOf(segments: readonly LoggedSegment[]): number | null {
  const answer = segments.findIndex((s) => has(s, SYN) && has(s, ACK));
  const opened = segments[answer];
  if (!opened) return null;
  const syn = segments.slice(0, answer).findLast((s) => has(s, SYN) && s.from !== opened.from);
  const ack = segments.slice(answer).find((s) => !has(s, SYN) && s.from !== opened.from);
  return syn && ack ? ack.time - syn.time : null;
}

/** The longest that a segment may be under way for `trips` round trips, nanoseconds, with room for a busy host. */
export function within(roundTrip: number | null, trips: number): number {
  return Math.max(FLOOR, trips * (roundTrip ?? UNKNOWN));
}
