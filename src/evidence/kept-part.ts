import { nameOf, type TracedConnection, type TracedTuple } from './traced.ts';

/**
 * How much of a connection is kept. `ending`: its opening, the last data before the closing, all of the closing, and
 * every frame that a finding, a change of state or a cause names. `data`: all but ACKs that carry nothing in between.
 */
export const KEPT_PARTS = ['ending', 'data', 'all'] as const;
export type KeptPart = (typeof KEPT_PARTS)[number];

/** Up to this many segments a connection is kept whole: leaving something out would save nothing. */
const SHORT = 512;
/** Segments right before the closing that show what it interrupts. */
const LEAD = 32;

/** The least that is kept of a connection. */
export function smallestPart({ reported }: TracedConnection): KeptPart {
  return reported.frames.count <= SHORT ? 'all' : 'ending';
}

/** The next larger share, null after all of it. */
export function largerPart(share: KeptPart): KeptPart | null {
  return KEPT_PARTS[KEPT_PARTS.indexOf(share) + 1] ?? null;
}

/** The frames of a share, late ones of other incarnations between them included. */
export function framesOfPart(
  connection: TracedConnection,
  { frames, bare }: TracedTuple,
  share: KeptPart,
): number[] {
  const { first, last } = connection.reported.frames;
  const from = placeOf(frames, first);
  const to = placeOf(frames, last + 1);
  if (share === 'all') return frames.slice(from, to);
  const closing = placeOf(frames, connection.closing ?? last);
  const named = new Set([first, last, ...connection.logged, ...namedFrames(connection)]);
  return frames.slice(from, to).filter((frame, index) => {
    if (from + index >= closing - LEAD || named.has(frame)) return true;
    return share === 'data' && bare[from + index] === false;
  });
}

/** Where in a rising list the first frame stands that is not below `frame`. */
export function placeOf(frames: readonly number[], frame: number): number {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle] ?? 0) < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whatever the report of a connection names. */
function namedFrames({ reported: { findings, transitions, cause } }: TracedConnection): number[] {
  return [
    ...findings.flatMap((finding) => finding.frames),
    ...transitions.flatMap(({ frame }) => frame ?? []),
    ...(cause?.frames ?? []),
  ];
}

/** The incarnations right before and behind: what rules of reuse and of old duplicates look at. */
export function neighboursOf(connection: TracedConnection, { connections }: TracedTuple): TracedConnection[] {
  const at = connections.findIndex((other) => nameOf(other) === nameOf(connection));
  return [connections[at - 1], connections[at + 1]].filter((other) => other !== undefined);
}
