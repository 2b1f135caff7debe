import type { Endings } from '../fast/endings.ts';
import type { FinalOrder } from '../flow/partition.ts';
import type { ReportedConnection } from '../report/report.ts';
import type { Tally } from '../report/summary/tally.ts';

/** The connections that a partition made final so far, in order, with the ids of the partition. */
export interface ShareBatch {
  /** Nothing that follows became final before this. */
  readonly until: Pick<FinalOrder, 'tick' | 'phase'>;
  /** Ticks at which connections got their numbers. */
  readonly created: Float64Array;
  readonly connections: readonly FinalConnection[];
  /** Regular endings, some with the segments that are listed. */
  readonly regular: Endings;
  /** What the times of regular endings count from, nanoseconds since 1970. */
  readonly epoch: bigint;
}

/** The same on its way: of the endings, which are in shared memory, how many words they fill. */
export interface SentBatch extends Omit<ShareBatch, 'regular'> {
  readonly regular: number;
}

export interface FinalConnection extends FinalOrder {
  readonly tally: Tally;
  /** Null where only the tally is wanted. */
  readonly reported: ReportedConnection | null;
  /** The first packet of its stretch of time, nanoseconds since 1970. */
  readonly epoch: bigint;
}

/** Numbers that are appended to. */
export class GrowingNumbers {
  private values: Float64Array;
  private used = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
  }

  /** Place for so many more; returns where it begins. */
  reserve(count: number): number {
    if (this.used + count > this.values.length) {
      const grown = new Float64Array(Math.max(2 * this.values.length, this.used + count));
      grown.set(this.values);
      this.values = grown;
    }
    const at = this.used;
    this.used += count;
    return at;
  }

  get all(): Float64Array {
    return this.values;
  }

  /** A copy of what was appended since the last call. */
  take(): Float64Array {
    const taken = this.values.slice(0, this.used);
    this.used = 0;
    return taken;
  }
}
