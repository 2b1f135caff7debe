import { plural } from '../wording.ts';
import { type Drawable, noteRung, type Rung } from './ladder-rungs.ts';

/** Rungs kept at either end, and on both sides of a frame that a finding names. */
const KEPT_AT_ENDS = 12;
const KEPT_AROUND = 2;

/** Cuts the middle out of a ladder that is too long, as far as possible where no finding points. */
export function cutRungs(rungs: readonly Rung[], most: number, { connection }: Drawable): readonly Rung[] {
  if (rungs.length <= most) return rungs;
  const found = new Set(connection.findings.flatMap(({ frames }) => [...frames]));
  const wanted = new Set<number>();
  const want = (from: number, to: number): void => {
    for (let index = Math.max(0, from); index <= to && index < rungs.length; index++) wanted.add(index);
  };
  want(0, KEPT_AT_ENDS - 1);
  want(rungs.length - KEPT_AT_ENDS, rungs.length - 1);
  rungs.forEach((rung, index) => {
    const named = rung.kind === 'segment' && found.has(rung.frame);
    if (named && wanted.size < most) want(index - KEPT_AROUND, index + KEPT_AROUND);
  });
  const kept: Rung[] = [];
  let left = 0;
  rungs.forEach((rung, index) => {
    if (!wanted.has(index)) {
      left += 1;
      return;
    }
    if (left > 0) kept.push(noteRung(`… ${plural(left, 'line')} left out: lastack show draws them`));
    left = 0;
    kept.push(rung);
  });
  return kept;
}
