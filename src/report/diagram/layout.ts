import { SIDES, type Side, type State } from '../../machine/state.ts';
import type { Note, Rung, Segment } from '../ladder/ladder-rungs.ts';
import type { ReportedTransition, ShownSegment } from '../report.ts';
import { secondsBetween } from '../time-span.ts';
import type { Drawing } from './drawing.ts';
import { answerOf, causeOf, type Fate, fatesOf } from './fates.ts';

/** Where everything stands from top to bottom, in pixels. */
export interface Layout {
  readonly rows: readonly Row[];
  readonly bands: readonly Band[];
  /** Pixels of a second; null where time is compressed. */
  readonly scale: number | null;
  readonly bottom: number;
}

export type Row = SegmentRow | NoteRow;

export interface SegmentRow {
  readonly rung: Segment;
  /** Where its sender sent it. */
  readonly y: number;
  /** Where its receiver had it; the same as `y` where that is not known. */
  readonly arrival: number;
  readonly fate: Fate | null;
  /** Seconds since the segment before. */
  readonly gap: number | null;
}

export interface NoteRow {
  readonly rung: Note;
  readonly y: number;
}

/** A side in one state, from one height to another. */
export interface Band {
  readonly side: Side;
  readonly state: State;
  readonly from: number;
  readonly to: number;
  readonly isAssumed: boolean;
}

/** Height of the head with the two ends, and what is left below the last row. */
const TOP = 58;
const TAIL = 26;
const ROW = 28;
/** To scale, no two rows are closer than this, and no picture is higher. */
const CLOSEST = 20;
const HIGHEST = 1200;
/** How far down an arrow leans at most. */
const STEEPEST = 36;
/** Names of states need so much height. */
const NAME = 12;

/** @param room height that is to be left under the row at an index, besides what it needs itself */
export function layOut({ connection, rungs }: Drawing, room: (index: number) => number = () => 0): Layout {
  const segments = rungs.flatMap((rung) => (rung.kind === 'segment' ? [rung.segment] : []));
  const gaps = gapsOf(rungs);
  const scale = scaleOf(rungs, gaps);
  let y = TOP;
  const heights = rungs.map((_, index) => {
    const gap = gaps[index] ?? null;
    y += index === 0 ? ROW : scale === null ? compressed(gap) : scale * (gap ?? 0);
    const own = y;
    const more = room(index);
    // An arrow may lean into it.
    if (more > 0) y += more + STEEPEST / 2;
    return own;
  });
  const bottom = y + TAIL;
  const heightAt = heightsOver(rungs, heights);
  const fates = fatesOf(segments, connection);
  const rows = rungs.map((rung, index): Row => {
    const own = heights[index] ?? TOP;
    if (rung.kind === 'note') return { rung, y: own };
    const arrival = arrivalOf(rung.segment, segments, connection.transitions, heightAt, own);
    return { rung, y: own, arrival, fate: fates.get(rung.frame) ?? null, gap: gaps[index] ?? null };
  });
  return { rows, bands: bandsOf(rows, segments, connection.transitions, bottom), scale, bottom };
}

/** Seconds from the segment before; null for the first, and for notes. */
function gapsOf(rungs: readonly Rung[]): (number | null)[] {
  let last: string | null = null;
  return rungs.map((rung) => {
    if (rung.kind === 'note') return null;
    const { time } = rung.segment;
    const gap = last === null ? null : secondsBetween(last, time);
    last = time;
    return gap;
  });
}

/** To scale where that separates all rows and stays on a page. */
function scaleOf(rungs: readonly Rung[], gaps: readonly (number | null)[]): number | null {
  const known = gaps.filter((gap) => gap !== null);
  const least = Math.min(...known);
  const total = known.reduce((sum, gap) => sum + gap, 0);
  if (known.length === 0 || least <= 0 || rungs.some(({ kind }) => kind === 'note')) return null;
  const scale = Math.max(CLOSEST / least, (ROW * rungs.length) / total);
  return scale * total <= Math.max(HIGHEST, ROW * rungs.length) ? scale : null;
}

/** A row, and more of it the longer it took: 8 pixels for each factor of ten from a millisecond on. */
function compressed(gap: number | null): number {
  return gap === null || gap <= 1e-3 ? ROW : Math.min(2.5 * ROW, ROW + 8 * Math.log10(gap / 1e-3));
}

/** The height of any time between the rows. */
function heightsOver(rungs: readonly Rung[], heights: readonly number[]): (time: string) => number {
  const known = rungs.flatMap((rung, index) =>
    rung.kind === 'segment' ? [{ time: rung.segment.time, y: heights[index] ?? 0 }] : [],
  );
  return (time) => {
    const at = known.findLastIndex((one) => secondsBetween(one.time, time) >= 0);
    const [below, above] = [known[at], known[at + 1]];
    if (below === undefined) return known[0]?.y ?? TOP;
    if (above === undefined) return below.y;
    const span = secondsBetween(below.time, above.time);
    const share = span <= 0 ? 0 : Math.min(1, secondsBetween(below.time, time) / span);
    return below.y + share * (above.y - below.y);
  };
}

/** Halfway through the bracket in which the receiver took it, where both ends of that are known. */
function arrivalOf(
  segment: ShownSegment,
  segments: readonly ShownSegment[],
  transitions: readonly ReportedTransition[],
  heightAt: (time: string) => number,
  own: number,
): number {
  const brought = transitions.find((one) => causeOf(one, segments) === segment);
  const answer = answerOf(segment, segments.slice(segments.indexOf(segment) + 1));
  const until = brought?.by ?? answer?.time ?? null;
  if (until === null) return own;
  const from = Math.max(own, heightAt(brought?.after ?? segment.time));
  const to = Math.max(from, heightAt(until));
  return own + Math.min(STEEPEST, Math.max(0, (from + to) / 2 - own));
}

/** Both sides' states from top to bottom, as the transitions have them. */
function bandsOf(
  rows: readonly Row[],
  segments: readonly ShownSegment[],
  transitions: readonly ReportedTransition[],
  bottom: number,
): Band[] {
  const first = rows.find((row) => row.rung.kind === 'segment')?.y ?? TOP;
  return SIDES.flatMap((side) => {
    const own = transitions.filter((one) => one.side === side);
    const state = own[0]?.from ?? lastOf(segments, side);
    if (state === null) return [];
    const bands: Band[] = [];
    let begun = { state, from: first - NAME - 4, isAssumed: false };
    for (const one of own) {
      const from = Math.max(begun.from + NAME, heightOf(one, rows, segments) ?? begun.from);
      bands.push({ side, ...begun, to: from });
      begun = { state: one.to, from, isAssumed: one.status === 'assumed' };
    }
    return [...bands, { side, ...begun, to: Math.max(bottom, begun.from + NAME) }];
  });
}

function lastOf(segments: readonly ShownSegment[], side: Side): State | null {
  return segments.at(-1)?.[side] ?? null;
}

/** Where a transition stands; null where none of its rows is drawn. */
function heightOf(
  transition: ReportedTransition,
  rows: readonly Row[],
  segments: readonly ShownSegment[],
): number | null {
  const cause = causeOf(transition, segments);
  for (const row of rows) {
    if (row.rung.kind === 'note') {
      if (row.rung.timer === transition) return row.y;
    } else if ('arrival' in row) {
      if (cause !== undefined && row.rung.segment === cause) return row.arrival;
      if (cause === undefined && row.rung.frame === transition.frame) return row.y;
    }
  }
  // Its row was folded away: it stands at the next one that is drawn.
  const later = rows.find(
    ({ rung }) => rung.kind === 'segment' && rung.frame > (transition.frame ?? Infinity),
  );
  return later?.y ?? null;
}
