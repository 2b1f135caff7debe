/**
 * The part of all connections that one table keeps. Several tables that see the same segments and hold different partitions
 * have every connection once, and hand out what one table for all would.
 */
export interface Partition {
  readonly index: number;
  /** How many partitions there are. */
  readonly of: number;
  /** Two random words that the hash of a 4-tuple is keyed with: the same in all tables. */
  readonly keys: readonly [number, number];
}

export function wholePartition(): Partition {
  const [first = 0, second = 0] = globalThis.crypto.getRandomValues(new Int32Array(2));
  return { index: 0, of: 1, keys: [first, second] };
}

/**
 * When a connection became final, in numbers that order the connections of all partitions as one table would hand them out:
 * by `tick`, then by `phase`, then by `root`.
 */
export interface FinalOrder {
  /** TCP segments of the run so far. */
  tick: number;
  phase: number;
  /** Number of the connection that ended, whose earlier incarnations are handed out before it. */
  root: number;
}
