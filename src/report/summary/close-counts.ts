import { CLOSE_KINDS, CLOSERS, type CloseKind, type Closer } from '../../machine/close.ts';

/** How a connection closed and who closed first. There is one object of each. */
export interface CloseOutcome {
  readonly kind: CloseKind;
  readonly closer: Closer;
  readonly index: number;
}

const WAYS: readonly CloseOutcome[] = CLOSE_KINDS.flatMap((kind) =>
  CLOSERS.map((closer) => ({ kind, closer })),
).map((way, index) => ({ ...way, index }));

export function outcomeOf(kind: CloseKind, closer: Closer): CloseOutcome {
  return WAYS[CLOSE_KINDS.indexOf(kind) * CLOSERS.length + CLOSERS.indexOf(closer)] as CloseOutcome;
}

/** Counts connections by how they closed and who closed first. */
export class CloseCounts {
  private readonly counts = new Float64Array(WAYS.length);

  add(way: CloseOutcome): void {
    this.counts[way.index] = (this.counts[way.index] ?? 0) + 1;
  }

  merge(other: CloseCounts): void {
    for (const [index, count] of other.counts.entries())
      this.counts[index] = (this.counts[index] ?? 0) + count;
  }

  /** Of connections for which this holds. */
  of(holds: (way: CloseOutcome) => boolean): number {
    return WAYS.reduce((sum, way) => sum + (holds(way) ? (this.counts[way.index] ?? 0) : 0), 0);
  }

  /** The ways to close that occur, in the order of the table of kinds. */
  closes(): Partial<Record<CloseKind, number>> {
    const counted = CLOSE_KINDS.map((kind) => [kind, this.of((way) => way.kind === kind)] as const);
    return Object.fromEntries(counted.filter(([, count]) => count > 0));
  }

  closers(): Record<Closer, number> {
    const counted = CLOSERS.map((closer) => [closer, this.of((way) => way.closer === closer)]);
    return Object.fromEntries(counted) as Record<Closer, number>;
  }
}
