import { LiveRows } from '../flow/live-rows.ts';
import type { Partition } from '../flow/partition.ts';
import { ID } from '../flow/row.ts';
import { takeCore } from './compact-core.ts';
import { CompactRows } from './compact-rows.ts';
import type { RegularClose } from './regular-close.ts';
import {
  isRegular,
  isRegularlyOpen,
  noteRegularClose,
  noteRegularOpening,
  readRegularClose,
  readRegularlyOpen,
} from './regular-row.ts';

/** The rows of all live connections, compact and full, where endings by the book are recognised in both. */
export class FastRows extends LiveRows {
  /** Null where every connection has a full row, since there is no WebAssembly. */
  readonly compactRows: CompactRows | null;

  /** @param most bytes; compact rows have half of them, since they need more once something unusual comes */
  constructor(partition: Partition, most: number = Infinity) {
    const core = takeCore();
    let compactRows: CompactRows | null = null;
    super(partition, (full) => {
      compactRows = core && new CompactRows(partition, full, core, most / 2);
      return {
        takePage: (bytes) => compactRows?.takePage(bytes) ?? null,
        index: compactRows,
        watch: { opened: noteRegularOpening, closed: noteRegularClose },
      };
    });
    this.compactRows = compactRows;
  }

  /** The compact rows, for whoever has an entry of one. */
  get compact(): CompactRows {
    if (this.compactRows === null) throw new TypeError('there are no compact rows');
    return this.compactRows;
  }

  override isRegular(row: number): boolean {
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
}
