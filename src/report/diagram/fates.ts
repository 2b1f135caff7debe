import { atOrAfter, atOrBefore } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import type { ReportedConnection, ReportedTransition, ShownSegment } from '../report.ts';

/**
 * What became of a segment, where that is not the usual: `again`: its octets were sent before; `lost`: it was sent again, and
 * nothing acknowledged it until then; `copy`: the capture has it twice; `ignored`: its receiver's state stayed as it was.
 */
export type Fate = 'again' | 'lost' | 'copy' | 'ignored';

/** The same in a word or two. */
export const FATE_WORDS: Readonly<Record<Fate, string>> = {
  again: 'sent again',
  lost: 'lost?',
  copy: 'captured twice',
  ignored: 'no effect',
};

/** Two frames of one packet are at most so many seconds apart. */
const COPY = 0.1;

/** The fates of segments by frame; those with the usual one are left out. */
export function fatesOf(
  segments: readonly ShownSegment[],
  { transitions, health }: Pick<ReportedConnection, 'transitions' | 'health'>,
): Map<number, Fate> {
  const fates = new Map<number, Fate>();
  const moved = new Set(transitions.map((one) => causeOf(one, segments)?.frame));
  segments.forEach((segment, index) => {
    const { frame, from, flags } = segment;
    const earlier = segments.slice(0, index).filter((one) => one.from === from);
    if (health.duplicates > 0 && earlier.some((one) => isCopy(one, segment))) {
      fates.set(frame, 'copy');
      return;
    }
    const first = sizeOf(segment) === 0 ? undefined : earlier.find((one) => holds(one, segment));
    if (first !== undefined) {
      fates.set(frame, 'again');
      const last = earlier.findLast((one) => holds(one, segment)) ?? first;
      const between = segments.slice(segments.indexOf(last) + 1, index);
      if (!moved.has(last.frame) && !between.some((one) => acknowledges(one, last))) {
        fates.set(last.frame, 'lost');
      }
      return;
    }
    if (/[SFR]/.test(flags) && !moved.has(frame)) fates.set(frame, 'ignored');
  });
  return fates;
}

/**
 * The segment that brought a transition about at its receiver; undefined where a side did it by itself, or where the segment is
 * not there. The frame of a transition may be a later one: that at which the label changes.
 */
export function causeOf(
  { side, on, frame }: ReportedTransition,
  segments: readonly ShownSegment[],
): ShownSegment | undefined {
  if (!on.startsWith('receive')) return undefined;
  const at = segments.findIndex((segment) => segment.frame === frame);
  const flag = (['FIN', 'RST', 'SYN'] as const).find((name) => on.startsWith(`receive ${name}`))?.[0] ?? 'A';
  return segments
    .slice(0, at + 1)
    .findLast(
      (segment) => segment.from !== side && (segment.frame === frame || segment.flags.includes(flag)),
    );
}

/** The first segment that shows that another was received: its number is acknowledged. */
export function answerOf(segment: ShownSegment, later: readonly ShownSegment[]): ShownSegment | undefined {
  return sizeOf(segment) === 0 ? undefined : later.find((one) => acknowledges(one, segment));
}

/** Octets of the sequence space that a segment takes. */
function sizeOf({ len, flags }: ShownSegment): number {
  return len + Number(flags.includes('S')) + Number(flags.includes('F'));
}

function acknowledges({ from, ack }: ShownSegment, segment: ShownSegment): boolean {
  const to: Side = peerOf(segment.from);
  return from === to && ack !== null && atOrAfter(ack | 0, (segment.seq + sizeOf(segment)) | 0);
}

/** All octets of `segment` are in `earlier`. */
function holds(earlier: ShownSegment, segment: ShownSegment): boolean {
  return (
    sizeOf(earlier) > 0 &&
    atOrBefore(earlier.seq | 0, segment.seq | 0) &&
    atOrAfter((earlier.seq + sizeOf(earlier)) | 0, (segment.seq + sizeOf(segment)) | 0)
  );
}

function isCopy(one: ShownSegment, other: ShownSegment): boolean {
  const alike = (['flags', 'seq', 'ack', 'len', 'window'] as const).every((key) => one[key] === other[key]);
  return alike && Math.abs(Number(other.time) - Number(one.time)) <= COPY;
}
