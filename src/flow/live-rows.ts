import type { IcmpError } from '../decode/network/icmp-error.ts';
import { ContextIndex } from './context-index.ts';
import type { Flow } from './flow.ts';
import { FlowIndex } from './flow-index.ts';
import { byNumber, IntList } from './int-list.ts';
import { hasSent } from './marks.ts';
import { type PageMemory, Pages } from './pages.ts';
import type { Partition } from './partition.ts';
import { flowOf } from './read-flow.ts';
import { BITS, ID, PREVIOUS, ROW } from './row.ts';
import type { RowIndex } from './row-index.ts';
import { SegmentLog } from './segment-log.ts';
import { IcmpErrors } from './unreachable.ts';

/** Is told when the opening of a row, or the row's connection, may just have ended, while all of it is at hand. */
export interface RowWatch {
  opened(words: Int32Array, row: number, log: SegmentLog): void;
  closed(words: Int32Array, doubles: Float64Array, row: number, log: SegmentLog): void;
}

/** Where the rows of a table stand, and what leads to them, where that is not usual. */
export interface RowMemory {
  /** Zeroed memory for a page of rows; null where there is none but the usual. */
  takePage(bytes: number): PageMemory | null;
  /** Null where that is the usual one. */
  readonly index: RowIndex | null;
  readonly watch: RowWatch;
}

/** The rows of live connections, with their index and the logged segments. */
export class LiveRows {
  readonly full: Pages;
  readonly index: RowIndex;
  readonly log: SegmentLog = new SegmentLog();
  readonly errors: IcmpErrors = new IcmpErrors();
  readonly watch: RowWatch | null;

  /** @param memory makes the memory of these rows, where that is not the usual one */
  constructor(partition: Partition, memory: ((full: Pages) => RowMemory | null) | null = null) {
    let own: RowMemory | null = null;
    this.full = new Pages(ROW, ROW, (bytes) => own?.takePage(bytes) ?? null);
    own = memory === null ? null : memory(this.full);
    this.index = new ContextIndex(own?.index ?? new FlowIndex(partition, this.full), partition, this.full);
    this.watch = own?.watch ?? null;
  }

  /** Memory that all of it takes. */
  get footprint(): number {
    return this.full.footprint + this.log.pages.footprint + this.index.footprint;
  }

  /** Of a full row, as the next ones. */
  word(row: number, offset: number): number {
    return this.full.page(row)[this.full.base(row) + offset] ?? 0;
  }

  bits(row: number): number {
    return this.word(row, BITS);
  }

  setBits(row: number, bits: number): void {
    this.full.page(row)[this.full.base(row) + BITS] = bits;
  }

  /** Entry and id in turn of all that is in the index, in the order of the ids. */
  byId(): Int32Array {
    const list = new IntList();
    this.index.list(list);
    const { all } = list;
    for (let at = 0; at < all.length; at += 2) {
      const entry = all[at] ?? 0;
      if (entry > 0) all[at + 1] = this.word(entry - 1, ID);
    }
    return byNumber([list]);
  }

  /** A row behind those of the earlier incarnations that are still addressable. */
  withPrevious(row: number): number[] {
    const previous = this.word(row, PREVIOUS) - 1;
    return previous < 0 ? [row] : [...this.withPrevious(previous), row];
  }

  /** Notes an ICMP error with the incarnation that sent what it quotes (RFC 5927 4.1), if one did. */
  noteError(newest: number, direction: 0 | 1, error: IcmpError): void {
    for (let row = newest; row >= 0; row = this.word(row, PREVIOUS) - 1) {
      if (!hasSent(this.full.page(row), this.full.base(row), direction, error.quoted.seq)) continue;
      this.errors.add(this.word(row, ID), direction, error);
      return;
    }
  }

  /** The connection has ended, and nothing came behind that which the model has to be asked about. */
  isRegular(_row: number): boolean {
    return false;
  }

  /** The connection as plain data. */
  read(row: number, now: number, followed = false): Flow {
    const words = this.full.page(row);
    const doubles = this.full.doublePage(row);
    const flow = flowOf(words, doubles, this.full.base(row), this.log, now, followed);
    const unreachable = this.errors.of(flow.id, this.bits(row));
    return unreachable.length === 0 ? flow : { ...flow, unreachable };
  }

  /** Releases the memory of a row that is no longer in the index. */
  forget(row: number): void {
    const words = this.full.page(row);
    const base = this.full.base(row);
    this.log.release(words, base);
    this.errors.forget(words[base + ID] ?? -1);
    words[base + ID] = -1;
    this.full.release(row);
  }
}
