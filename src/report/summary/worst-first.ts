import { type ReportedConnection, VERDICTS } from '../report.ts';
import type { Tally } from './tally.ts';

/** What decides how bad a connection is. */
type Judged = Pick<Tally, 'id' | 'verdict'> & {
  readonly findings: readonly Pick<Tally['findings'][number], 'tier'>[];
};

/** Worst verdict first, those with more findings of it before those with fewer, then in the order of the run. */
export function worstFirst<T extends Judged>(connections: readonly T[]): T[] {
  return [...connections].sort(byBadness);
}

function byBadness(a: Judged, b: Judged): number {
  return (
    VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || weightOf(b) - weightOf(a) || a.id - b.id
  );
}

function weightOf({ verdict, findings }: Judged): number {
  let weight = 0;
  for (const { tier } of findings) if (tier === verdict) weight += 1;
  return weight;
}

/** How many more than the most are kept for a while. */
const MORE = 128;

/** The worst connections so far that do not conform: no more than so many, so that memory does not grow with what has passed. */
export class WorstConnections<T extends Judged = ReportedConnection> {
  private readonly most: number;
  private kept: T[] = [];
  /** The least bad of the kept connections once there are enough: a better one is never kept. */
  private last: T | null = null;

  constructor(most: number) {
    this.most = most;
  }

  /** It may be one of them. */
  wants(judged: Judged): boolean {
    return judged.verdict !== 'conformant' && (this.last === null || byBadness(judged, this.last) < 0);
  }

  add(connection: T): void {
    if (!this.wants(connection)) return;
    this.kept.push(connection);
    if (this.kept.length >= this.most + MORE) this.trim();
  }

  /** Worst first. */
  all(): readonly T[] {
    if (this.kept.length > this.most) this.trim();
    return worstFirst(this.kept);
  }

  private trim(): void {
    this.kept = worstFirst(this.kept).slice(0, this.most);
    this.last = this.kept.at(-1) ?? null;
  }
}
