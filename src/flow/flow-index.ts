import type { Segment } from '../decode/segment.ts';
import { createKey, type FlowKey, loadKey, readKey, sameKey } from './flow-key.ts';
import type { IntList } from './int-list.ts';
import type { Pages } from './pages.ts';
import type { Partition } from './partition.ts';
import { ELSEWHERE, type RowIndex } from './row-index.ts';

/** What is left where an entry has gone from old places. */
const GONE: number = 1 << 31;
/** Places that are moved with each key: twice as many as needed to be done before it is time to grow again. */
const AT_ONCE = 4;

/**
 * Finds the full row of a 4-tuple: open addressing with linear probing over typed memory. The hash is keyed with random
 * numbers, so that nobody can choose addresses that collide; no order of the output depends on it.
 *
 * Growing takes no pause: what stands in the old places moves to the new ones little by little, with each key that is
 * added. Until then it is found there.
 */
export class FlowIndex implements RowIndex {
  direction: 0 | 1 = 0;
  private readonly key: FlowKey = createKey();
  private readonly full: Pages;
  /** Entry and hash of each place in turn, so that growing and probing touch no row. */
  private slots: Int32Array = new Int32Array(2 << 12);
  /** Places that are being left, up to `moved` already; null most of the time. */
  private old: Int32Array | null = null;
  private moved = 0;
  private filled = 0;
  /** Of an entry whose place is looked for. */
  private readonly other = createKey();
  private readonly seed: number;
  private readonly salt: number;
  private readonly partition: number;
  private readonly partitions: number;

  constructor({ keys, index, of }: Partition, full: Pages) {
    [this.seed, this.salt] = keys;
    this.partition = index;
    this.partitions = of;
    this.full = full;
  }

  get footprint(): number {
    return 4 * (this.slots.length + (this.old?.length ?? 0));
  }

  private hashOfKey(key: FlowKey): number {
    let hash = mix(mix(mix(this.seed, key.a3 ^ this.salt), key.b3), key.ports);
    if (key.ipv6) {
      hash = mix(mix(mix(hash, key.a0), key.a1), key.a2);
      hash = mix(mix(mix(hash, key.b0), key.b1), key.b2);
    }
    if (key.context !== 0) hash = mix(hash, key.context);
    return hash ^ (hash >>> 16);
  }

  find(segment: Segment): number {
    const { key } = this;
    this.direction = readKey(key, segment);
    const hash = this.hashOfKey(key);
    if (this.partitions > 1 && ((hash >>> 16) * this.partitions) >>> 16 !== this.partition) return ELSEWHERE;
    const entry = this.findIn(this.slots, key, hash);
    return entry === 0 && this.old !== null ? this.findIn(this.old, key, hash) : entry;
  }

  add(row: number): void {
    if (++this.filled * 3 > this.slots.length) this.grow();
    loadKey(this.other, this.full.page(row), this.full.base(row));
    put(this.slots, row + 1, this.hashOfKey(this.other));
    if (this.old !== null) this.move(this.old);
  }

  replace(old: number, row: number): void {
    const slots = this.placesOf(old);
    if (slots !== null) slots[this.slotOf(slots, old)] = row + 1;
  }

  remove(entry: number): void {
    const slots = this.placesOf(entry);
    if (slots === null) return;
    this.filled--;
    const at = this.slotOf(slots, entry);
    if (slots === this.old) slots[at] = GONE;
    else close(slots, at);
  }

  has(entry: number): boolean {
    return this.placesOf(entry) !== null;
  }

  list(into: IntList): void {
    for (const slots of this.old === null ? [this.slots] : [this.slots, this.old]) {
      for (let at = 0; at < slots.length; at += 2) {
        const entry = slots[at] ?? 0;
        if (entry === 0 || entry === GONE) continue;
        into.push(entry);
        into.push(0);
      }
    }
  }

  private findIn(slots: Int32Array, key: FlowKey, hash: number): number {
    const mask = slots.length - 1;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return 0;
      if (slots[at + 1] !== hash || entry === GONE) continue;
      if (sameKey(key, this.full.page(entry - 1), this.full.base(entry - 1))) return entry;
    }
  }

  /** The places that have the entry. */
  private placesOf(entry: number): Int32Array | null {
    if (this.slotOf(this.slots, entry) >= 0) return this.slots;
    return this.old !== null && this.slotOf(this.old, entry) >= 0 ? this.old : null;
  }

  private slotOf(slots: Int32Array, wanted: number): number {
    const mask = slots.length - 1;
    loadKey(this.other, this.full.page(wanted - 1), this.full.base(wanted - 1));
    for (let at = (this.hashOfKey(this.other) << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return -1;
      if (entry === wanted) return at;
    }
  }

  private grow(): void {
    while (this.old !== null) this.move(this.old);
    this.old = this.slots;
    this.moved = 0;
    this.slots = new Int32Array(this.old.length * 2);
  }

  /** Moves what stands in the next places, and leaves a mark there, so that what had to give way to it is still found. */
  private move(old: Int32Array): void {
    const end = Math.min(old.length, this.moved + 2 * AT_ONCE);
    for (let at = this.moved; at < end; at += 2) {
      const entry = old[at] ?? 0;
      if (entry === 0 || entry === GONE) continue;
      put(this.slots, entry, old[at + 1] ?? 0);
      old[at] = GONE;
    }
    this.moved = end;
    if (end === old.length) this.old = null;
  }
}

function put(slots: Int32Array, entry: number, hash: number): void {
  const mask = slots.length - 1;
  let at = (hash << 1) & mask;
  while ((slots[at] ?? 0) !== 0) at = (at + 2) & mask;
  slots[at] = entry;
  slots[at + 1] = hash;
}

/** Empties a place and moves the entries behind it up, so that no probe breaks. */
function close(slots: Int32Array, place: number): void {
  const mask = slots.length - 1;
  let hole = place;
  slots[hole] = 0;
  for (let at = (hole + 2) & mask; (slots[at] ?? 0) !== 0; at = (at + 2) & mask) {
    const home = ((slots[at + 1] ?? 0) << 1) & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    slots[hole] = slots[at] ?? 0;
    slots[hole + 1] = slots[at + 1] ?? 0;
    slots[at] = 0;
    hole = at;
  }
}

/** One round of MurmurHash3's 32-bit mixing. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}
