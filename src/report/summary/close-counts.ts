import { CLOSE_KINDS, CLOSERS, type CloseKind, type Closer } from '../../machine/close.ts';

/** How a connection closed and who closed first. There is one object of each. */
export interface CloseOutcome {
  readonly kind: CloseKind;
  readonly closer: Closer;
}

const WAYS: readonly CloseOutcome[] = CLOSE_KINDS.flatMap((kind) =>
  CLOSERS.map((closer) => ({ kind, closer })),
);

export function outcomeOf(kind: CloseKind, closer: Closer): CloseOutcome {
  return WAYS[CLOSE_KINDS.indexOf(kind) * CLOSERS.length + CLOSERS.indexOf(closer)] as CloseOutcome;
}

/** Counts connections by how they closed and who closed first. Of one service few ways occur, and there may be very many services. */
export class CloseCounts {
  private readonly ways: CloseOutcome[] = [];
  /** Of each of them. */
  private readonly counts: number[] = [];

  add(way: CloseOutcome, count = 1): void {
    let at = this.ways.indexOf(way);
    if (at < 0) {
      at = this.ways.push(way) - 1;
      this.counts.push(0);
    }
    this.counts[at] = (this.counts[at] ?? 0) + count;
  }

  merge(other: CloseCounts): void {
    for (let at = 0; at < other.ways.length; at++) {
      const way = other.ways[at];
      if (way) this.add(way, other.counts[at]);
    }
  }

  /** Of connections for which this holds. */
  of(holds: (way: CloseOutcome) => boolean): number {
    return this.ways.reduce((sum, way, at) => sum + (holds(way) ? (this.counts[at] ?? 0) : 0), 0);
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
