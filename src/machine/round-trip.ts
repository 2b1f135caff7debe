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
  const opening = readOpening(segments);
  return opening?.syn && opening.ack ? opening.ack.time - opening.syn.time : null;
}

/** The segments that open a connection, as far as they were captured. */
export interface Opening {
  /** The last SYN before the SYN,ACK; null where none was captured. */
  readonly syn: LoggedSegment | null;
  /** How many came before the SYN,ACK. */
  readonly syns: number;
  readonly answer: LoggedSegment;
  /** The first segment behind the SYN,ACK of the side that it went to. */
  readonly ack: LoggedSegment | null;
}

/** The opening around the first SYN,ACK; null where none was captured. */
export function readOpening(segments: readonly LoggedSegment[]): Opening | null {
  const at = segments.findIndex((s) => has(s, SYN) && has(s, ACK));
  const answer = segments[at];
  if (!answer) return null;
  let syn: LoggedSegment | null = null;
  let syns = 0;
  let ack: LoggedSegment | null = null;
  for (let index = 0; index < segments.length && ack === null; index++) {
    const segment = segments[index];
    if (!segment || segment.from === answer.from || has(segment, SYN) !== index < at) continue;
    if (index > at) {
      ack = segment;
    } else {
      syn = segment;
      syns += 1;
    }
  }
  return { syn, syns, answer, ack };
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
