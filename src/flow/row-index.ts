import type { Segment } from '../decode/segment.ts';
import type { IntList } from './int-list.ts';

/** What a segment of another partition leads to: no entry. */
export const ELSEWHERE: number = -(2 ** 31);

/** Finds what a 4-tuple leads to, an entry: `row + 1` for a full row, `~row` for a compact one, 0 for none. */
export interface RowIndex {
  /** Of the segment that was looked for last, who sent it: 0 for end `a`, 1 for `b`. */
  direction: 0 | 1;
  /** The entry of a segment's 4-tuple; {@link ELSEWHERE} when it is another partition's. Sets {@link direction}. */
  find(segment: Segment): number;
  /** Adds a full row, in which its key is stored. */
  add(row: number): void;
  /** Points the key of entry `old` at full row `row`. No effect if the key already points elsewhere. */
  replace(old: number, row: number): void;
  /** Takes an entry out. */
  remove(entry: number): void;
  /** Appends every entry and the number of its connection, in turn; 0 where that is in a full row. */
  list(into: IntList): void;
  /** Memory that it takes, and what lies in the same. */
  readonly footprint: number;
  /** The entry is the one that its key leads to, and not an older incarnation's. */
  has(entry: number): boolean;
}
