import { type ReportedConnection, VERDICTS } from './report.ts';

/** Worst verdict first, those with more findings of it before those with fewer, then in the order of the run. */
export function worstFirst(connections: readonly ReportedConnection[]): ReportedConnection[] {
  const weight = ({ verdict, findings }: ReportedConnection): number =>
    findings.filter(({ tier }) => tier === verdict).length;
  return [...connections].sort(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || weight(b) - weight(a) || a.id - b.id,
  );
}
