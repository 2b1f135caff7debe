import type { Finding } from '../../rules/finding.ts';
import type { Drawable, Rung } from './ladder-rungs.ts';

/** Findings by the last of their frames that is drawn here, which completes the proof; under null those without one. */
export function findingsByFrame(
  { findings }: Drawable['connection'],
  rungs: readonly Rung[],
): ReadonlyMap<number | null, Finding[]> {
  const drawn = new Set(rungs.flatMap((rung) => (rung.kind === 'segment' ? [rung.frame] : [])));
  const result = new Map<number | null, Finding[]>();
  for (const finding of findings) {
    const here = finding.frames.filter((frame) => drawn.has(frame));
    const last = here.length === 0 ? null : Math.max(...here);
    result.set(last, [...(result.get(last) ?? []), finding]);
  }
  return result;
}
