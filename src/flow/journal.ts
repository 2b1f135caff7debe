import { SEGMENT_WORDS } from './compact-row.ts';
import { MARGIN } from './pages.ts';

const PAGE_BITS = 12;
const PER_PAGE = 1 << PAGE_BITS;
/** Pages that may be kept beyond twice of what the segments that are held fill. */
const SPARE = 8;

/**
 * The segments of all compact rows in the order in which they came: each is written behind the last, so that writing
 * one waits for no memory, wherever its connection's others are.
 *
 * The oldest page is used again as soon as no connection that began in it is left. Where one that lingers would keep much
 * more than what is held ({@link isCrowded}), its segments are to be written again.
 */
export class Journal {
  /** The page that is being written. */
  tail: Int32Array;
  /** Where the place that {@link open} gave begins in {@link tail}. */
  at = 0;
  private readonly pages: Int32Array[] = [];
  /** How many connections began in each page. */
  private readonly began: number[] = [];
  /** Numbers of the pages that are in use, the oldest first; and of those that are not. */
  private readonly used: number[] = [];
  private readonly free: number[] = [];
  private next = 0;
  private end = 0;
  private held = 0;

  constructor() {
    this.tail = this.turn();
  }

  get pagesInUse(): number {
    return this.used.length;
  }

  /** No place is left in the page that is being written. */
  isFull(): boolean {
    return this.next === this.end;
  }

  /** Takes the next place, to be written at {@link at} of {@link tail}. */
  open(): number {
    if (this.isFull()) this.turn();
    const place = this.next++;
    this.at = this.base(place);
    this.held++;
    return place;
  }

  /** The page that holds a place; it begins at {@link base} there. */
  page(place: number): Int32Array {
    const page = this.pages[place >> PAGE_BITS];
    if (page === undefined) throw new RangeError(`no place ${place}`);
    return page;
  }

  base(place: number): number {
    return MARGIN + (place & (PER_PAGE - 1)) * SEGMENT_WORDS;
  }

  /** A connection begins with the segment at this place. */
  begin(place: number): void {
    const page = place >> PAGE_BITS;
    this.began[page] = (this.began[page] ?? 0) + 1;
  }

  /** A connection that began there is gone, or goes on elsewhere, with so many segments. */
  release(first: number, segments: number): void {
    this.held -= segments;
    const page = first >> PAGE_BITS;
    const left = (this.began[page] ?? 0) - 1;
    this.began[page] = left;
    if (left === 0 && page === this.used[0]) this.trim();
  }

  /** Much more is kept than what is held. */
  isCrowded(): boolean {
    return this.pagesInUse > SPARE + (2 * this.held) / PER_PAGE;
  }

  /** The places of the oldest page: from the first, so many. */
  oldest(): { first: number; count: number } {
    const first = (this.used[0] ?? 0) << PAGE_BITS;
    return { first, count: PER_PAGE };
  }

  private turn(): Int32Array {
    const page = this.free.pop() ?? this.grow();
    this.used.push(page);
    this.trim();
    this.next = page << PAGE_BITS;
    this.end = this.next + PER_PAGE;
    this.tail = this.page(this.next);
    return this.tail;
  }

  private grow(): number {
    this.began.push(0);
    return this.pages.push(new Int32Array(MARGIN + PER_PAGE * SEGMENT_WORDS)) - 1;
  }

  /** Frees the oldest pages in which nobody began that is left; never the one that is being written. */
  private trim(): void {
    let gone = 0;
    while (gone < this.used.length - 1 && this.began[this.used[gone] ?? 0] === 0) gone++;
    if (gone > 0) this.free.push(...this.used.splice(0, gone));
  }
}
