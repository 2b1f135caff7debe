import type { IcmpError } from '../decode/icmp-error.ts';
import { takeCore } from './compact-core.ts';
import { CompactRows } from './compact-rows.ts';
import { ContextIndex } from './context-index.ts';
import type { Flow } from './flow.ts';
import { FlowIndex } from './flow-index.ts';
import { byNumber, IntList } from './int-list.ts';
import { hasSent } from './marks.ts';
import { Pages } from './pages.ts';
import { flowOf } from './read-flow.ts';
import type { RegularClose } from './regular-close.ts';
import { isRegular, isRegularlyOpen, readRegularClose, readRegularlyOpen } from './regular-row.ts';
import { BITS, ID, PREVIOUS, ROW } from './row.ts';
import type { RowIndex } from './row-index.ts';
import { SegmentLog } from './segment-log.ts';
import type { Share } from './share.ts';
import { IcmpErrors } from './unreachable.ts';

/** The rows of all live connections, compact and full, with their index and the logged segments of full ones. */
export class LiveRows {
  readonly full: Pages;
  /** Null where every connection has a full row. */
  readonly compactRows: CompactRows | null;
  readonly index: RowIndex;
  readonly log: SegmentLog = new SegmentLog();
  readonly errors: IcmpErrors = new IcmpErrors();

  /** @param mayBeCompact rows may be: those who take connections take regular endings, too */
  constructor(share: Share, mayBeCompact: boolean) {
    const core = mayBeCompact ? takeCore() : null;
    this.full = new Pages(ROW, ROW, (bytes) => this.compactRows?.takePage(bytes) ?? null);
    this.compactRows = core && new CompactRows(share, this.full, core);
    this.index = new ContextIndex(this.compactRows ?? new FlowIndex(share, this.full), share, this.full);
  }

  /** The compact rows, for whoever has an entry of one. */
  get compact(): CompactRows {
    if (this.compactRows === null) throw new TypeError('there are no compact rows');
    return this.compactRows;
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

  isRegular(row: number): boolean {
    return isRegular(this.full.page(row), this.full.base(row));
  }

  /** Fills `close` where the connection ended regularly, or is regularly open. `now`: what has been read up to. */
  readRegular(row: number, now: number, close: RegularClose): boolean {
    const words = this.full.page(row);
    const doubles = this.full.doublePage(row);
    const base = this.full.base(row);
    // What an ICMP error has to do with its end is for the rules to say.
    if (this.errors.has(this.word(row, ID))) return false;
    if (isRegular(words, base)) readRegularClose(words, doubles, base, now, close);
    else if (isRegularlyOpen(words, doubles, base)) readRegularlyOpen(words, doubles, base, now, close);
    else return false;
    return true;
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
