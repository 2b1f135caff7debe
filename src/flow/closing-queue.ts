import { byNumber, IntList } from './int-list.ts';

/** Nanoseconds: closings are looked at once a second of the capture. */
const SLOT = 1e9;

const NOBODY = new Int32Array(0);

/**
 * Connections that may be over, by the second in which they are to be looked at: a calendar. When one is looked at
 * depends on its own time alone, never on what else waits, so that any partition of the connections keeps the same hours.
 */
export class ClosingQueue {
  /** Entry of the index and id in turn, by second. */
  private readonly slots: Map<number, IntList> = new Map();
  private nextLook = SLOT;
  /** No second before it has somebody waiting. */
  private earliest = Infinity;
  /** The second that was added to last, and its list: most that follow are of the same one. */
  private latest = Number.NaN;
  private latestList = new IntList();

  /** Starts at a time other than that of the first segment; `nextLook`: as {@link nextTime} was there. */
  begin(now: number, nextLook: number = (Math.floor(now / SLOT) + 1) * SLOT): void {
    this.nextLook = nextLook;
  }

  /** By entry: the second in which it is looked at, and its id. */
  waiting(): Map<number, { readonly slot: number; readonly id: number }> {
    const found = new Map<number, { slot: number; id: number }>();
    for (const [slot, { all }] of this.slots) {
      for (let at = 0; at < all.length; at += 2) found.set(all[at] ?? 0, { slot, id: all[at + 1] ?? 0 });
    }
    return found;
  }

  /** Asks that an entry be looked at once the capture has passed `due`, nanoseconds. Returns the second. */
  add(entry: number, id: number, due: number): number {
    // The clock of a capture may have gone back.
    const slot = Math.max(Math.floor(due / SLOT) + 1, this.nextLook / SLOT);
    this.addAt(slot, entry, id);
    return slot;
  }

  /** @param slot as {@link add} returned it */
  addAt(slot: number, entry: number, id: number): void {
    if (slot !== this.latest) {
      this.latest = slot;
      this.latestList = this.listOf(slot);
    }
    this.latestList.push(entry);
    this.latestList.push(id);
  }

  private listOf(slot: number): IntList {
    const known = this.slots.get(slot);
    if (known !== undefined) return known;
    const list = new IntList();
    this.slots.set(slot, list);
    if (slot < this.earliest) this.earliest = slot;
    return list;
  }

  /** The next time at which an entry may be due, nanoseconds. */
  get nextTime(): number {
    return this.nextLook;
  }

  /** A second has passed since somebody was looked at. */
  isTime(now: number): boolean {
    return now >= this.nextLook;
  }

  /** Takes the entries that are due by now off the calendar: entry and id in turn, in the order of the ids. */
  take(now: number): Int32Array {
    const slot = Math.floor(now / SLOT);
    this.nextLook = (slot + 1) * SLOT;
    if (this.earliest > slot) return NOBODY;
    const seconds = [...this.dueBy(slot)];
    const due = seconds.flatMap((at) => this.slots.get(at) ?? []);
    for (const at of seconds) this.slots.delete(at);
    this.latest = Number.NaN;
    this.earliest = this.slots.size === 0 ? Infinity : slot + 1;
    return due.length === 0 ? NOBODY : byNumber(due);
  }

  /** The seconds that have entries, in order. Nearly every second has some, unless the clock has jumped. */
  private *dueBy(slot: number): Generator<number, void, void> {
    if (slot - this.earliest > this.slots.size) {
      yield* [...this.slots.keys()].filter((at) => at <= slot).sort((a, b) => a - b);
      return;
    }
    // Counted, so that it ends whatever the numbers are.
    const { earliest } = this;
    for (let step = 0; step <= slot - earliest; step++) {
      if (this.slots.has(earliest + step)) yield earliest + step;
    }
  }
}
