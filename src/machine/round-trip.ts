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

/** The shortest time that a host may take for an answer, nanoseconds: one that is scheduled late, or wakes up first. */
const SLOW_HOST = 200 * MILLISECOND;
/** The longest where no round trip is known. */
const ANY_HOST = 1000 * MILLISECOND;

/** How long after a segment its answer may still come, nanoseconds: several round trips, and a slow host's own pace. */
export function answerTime(roundTrip: number | null): number {
  return roundTrip === null ? ANY_HOST : Math.max(SLOW_HOST, 4 * roundTrip);
}
