const PAGE_BITS = 10;
const PER_PAGE = 1 << PAGE_BITS;

/**
 * Fixed-size records of 32-bit words in pages of typed memory. Growing adds a page and copies nothing; a released
 * record is used again. Record numbers count from 0.
 */
export class Pages {
  readonly width: number;
  private readonly words: Int32Array[] = [];
  private readonly doubles: Float64Array[] = [];
  private readonly free: number[] = [];
  private used = 0;

  /** @param width words a record; even, so that doubles can stand at even offsets */
  constructor(width: number) {
    this.width = width;
  }

  /** A record, zeroed. */
  take(): number {
    const record = this.free.pop() ?? this.used++;
    const page = record >> PAGE_BITS;
    if (page === this.words.length) {
      const buffer = new ArrayBuffer(PER_PAGE * this.width * 4);
      this.words.push(new Int32Array(buffer));
      this.doubles.push(new Float64Array(buffer));
    } else {
      const from = this.base(record);
      this.page(record).fill(0, from, from + this.width);
    }
    return record;
  }

  release(record: number): void {
    this.free.push(record);
  }

  /** The words of the page that holds a record; its own begin at {@link base}. */
  page(record: number): Int32Array {
    const page = this.words[record >> PAGE_BITS];
    if (page === undefined) throw new RangeError(`no record ${record}`);
    return page;
  }

  /** The same page as doubles; those of a record begin at `base / 2`. */
  doublePage(record: number): Float64Array {
    const page = this.doubles[record >> PAGE_BITS];
    if (page === undefined) throw new RangeError(`no record ${record}`);
    return page;
  }

  base(record: number): number {
    return (record & (PER_PAGE - 1)) * this.width;
  }
}
