const PAGE_BITS = 10;
const PER_PAGE = 1 << PAGE_BITS;
/**
 * Bytes before the first record: large blocks of memory begin 16 bytes behind a line of the processor's cache (glibc), and
 * records are laid out by lines.
 */
const MARGIN = 48;

/** Where a page lies. */
export interface PageMemory {
  readonly buffer: ArrayBufferLike;
  /** Of its first byte in that. */
  readonly offset: number;
}

/**
 * Fixed-size records of 32-bit words in pages of typed memory. Growing adds a page and copies nothing; a released
 * record is used again. Record numbers count from 0.
 *
 * A record may have a second part, for what is seldom needed: the second parts of a page stand behind its first ones, so
 * that those lie close together and memory that was never written is never taken.
 */
export class Pages {
  /** From a word of the first part to the one at the same place of the second, where both have the same width. */
  static apart(width: number): number {
    return PER_PAGE * width;
  }

  private readonly width: number;
  private readonly behind: number;
  private readonly allocate: (bytes: number) => PageMemory | null;
  private readonly words: Int32Array[] = [];
  private readonly doubles: Float64Array[] = [];
  private readonly free: number[] = [];
  private used = 0;
  /** Bytes of the pages that it took itself. */
  private own = 0;

  /**
   * @param width words of the first part; even, so that doubles can stand at even offsets
   * @param behind words of the second part
   * @param allocate memory for a page, zeroed, at the beginning of a line; null where there is no more, and it takes its own
   */
  constructor(width: number, behind = 0, allocate: (bytes: number) => PageMemory | null = () => null) {
    this.width = width;
    this.behind = behind;
    this.allocate = allocate;
  }

  get footprint(): number {
    return this.own;
  }

  /** Records that were released and can be taken again. */
  get hasFree(): boolean {
    return this.free.length > 0;
  }

  /** A record, zeroed. */
  take(): number {
    const record = this.free.pop();
    if (record === undefined) return this.fresh();
    const page = this.page(record);
    page.fill(0, this.base(record), this.base(record) + this.width);
    page.fill(0, this.second(record), this.second(record) + this.behind);
    return record;
  }

  release(record: number): void {
    this.free.push(record);
  }

  /** A record that was never used, as it came. */
  protected fresh(): number {
    const record = this.used++;
    if (record >> PAGE_BITS === this.words.length) this.grow();
    return record;
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

  /** Where the second part begins. */
  private second(record: number): number {
    return Pages.apart(this.width) + (record & (PER_PAGE - 1)) * this.behind;
  }

  private grow(): void {
    const words = PER_PAGE * (this.width + this.behind);
    const given = this.allocate(4 * words);
    if (given === null) this.own += MARGIN + 4 * words;
    const { buffer, offset } = given ?? { buffer: new ArrayBuffer(MARGIN + 4 * words), offset: MARGIN };
    this.words.push(new Int32Array(buffer, offset, words));
    this.doubles.push(new Float64Array(buffer, offset, words >> 1));
  }
}

/** Records that form chains by their first word, the number + 1 of the next: a whole chain is released at once. */
export class ChainPages extends Pages {
  private freeHead = 0;

  /** Hands out a record with whatever its last user left in it: the caller writes all of it. */
  override take(): number {
    const head = this.freeHead;
    if (head === 0) return this.fresh();
    this.freeHead = this.page(head - 1)[this.base(head - 1)] ?? 0;
    return head - 1;
  }

  override release(record: number): void {
    this.releaseChain(record + 1, record + 1);
  }

  /** @param first number + 1 of the first record, @param last of the last */
  releaseChain(first: number, last: number): void {
    this.page(last - 1)[this.base(last - 1)] = this.freeHead;
    this.freeHead = first;
  }
}
