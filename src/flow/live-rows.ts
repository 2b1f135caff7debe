import type { Flow } from './flow.ts';
import { FlowIndex } from './flow-index.ts';
import { flowOf } from './read-flow.ts';
import type { RegularClose } from './regular-close.ts';
import { isRegular, isRegularlyOpen, readRegularClose, readRegularlyOpen } from './regular-row.ts';
import { BITS, ID, PREVIOUS } from './row.ts';
import { SegmentLog } from './segment-log.ts';

/** The rows of all live connections with their index and their logged segments, read row by row. */
export class LiveRows {
  readonly index: FlowIndex;
  readonly log: SegmentLog = new SegmentLog();

  /** @param keys two random words that the hash of a 4-tuple is keyed with */
  constructor(keys: readonly [number, number]) {
    this.index = new FlowIndex(keys);
  }

  word(row: number, offset: number): number {
    return this.index.rows.page(row)[this.index.rows.base(row) + offset] ?? 0;
  }

  bits(row: number): number {
    return this.word(row, BITS);
  }

  setBits(row: number, bits: number): void {
    this.index.rows.page(row)[this.index.rows.base(row) + BITS] = bits;
  }

  byId(rows: Iterable<number>): number[] {
    return [...rows].sort((a, b) => this.word(a, ID) - this.word(b, ID));
  }

  /** A row behind those of the earlier incarnations that are still addressable. */
  withPrevious(row: number): number[] {
    const previous = this.word(row, PREVIOUS) - 1;
    return previous < 0 ? [row] : [...this.withPrevious(previous), row];
  }

  isRegular(row: number): boolean {
    return isRegular(this.index.rows.page(row), this.index.rows.base(row));
  }

  /** Fills `close` where the connection ended regularly, or is regularly open. `now`: what has been read up to. */
  readRegular(row: number, now: number, close: RegularClose): boolean {
    const words = this.index.rows.page(row);
    const doubles = this.index.rows.doublePage(row);
    const base = this.index.rows.base(row);
    if (isRegular(words, base)) readRegularClose(words, doubles, base, now, close);
    else if (isRegularlyOpen(words, doubles, base)) readRegularlyOpen(words, doubles, base, now, close);
    else return false;
    return true;
  }

  /** The connection as plain data. */
  read(row: number, now: number, followed = false): Flow {
    const words = this.index.rows.page(row);
    const doubles = this.index.rows.doublePage(row);
    return flowOf(words, doubles, this.index.rows.base(row), this.log, now, followed);
  }

  /** Releases the memory of a row that is no longer in the index. */
  forget(row: number): void {
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    this.log.release(words, base);
    words[base + ID] = -1;
    this.index.rows.release(row);
  }
}
