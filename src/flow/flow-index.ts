import { createKey, type FlowKey, loadKey, sameKey } from './flow-key.ts';
import { Pages } from './pages.ts';
import { ROW } from './row.ts';

/**
 * Finds the row of a 4-tuple: open addressing with linear probing over typed memory. The hash is keyed with random
 * numbers, so that nobody can choose addresses that collide; no order of the output depends on it.
 */
export class FlowIndex {
  readonly rows: Pages = new Pages(ROW, 2);
  /** Row + 1 and hash of each place in turn, so that growing and probing touch no row. */
  private slots: Int32Array = new Int32Array(2 << 12);
  private filled = 0;
  private readonly key = createKey();
  private readonly keys: readonly [number, number];

  /** @param keys two random words */
  constructor(keys: readonly [number, number]) {
    this.keys = keys;
  }

  hash(key: FlowKey): number {
    let hash = this.keys[0];
    hash = mix(hash, key.a3 ^ this.keys[1]);
    hash = mix(hash, key.b3);
    hash = mix(hash, key.ports);
    if ((key.a0 | key.a1 | key.a2 | key.b0 | key.b1 | key.b2) !== 0) {
      hash = mix(mix(mix(hash, key.a0), key.a1), key.a2);
      hash = mix(mix(mix(hash, key.b0), key.b1), key.b2);
    }
    return hash ^ (hash >>> 16);
  }

  /** The row of the key, -1 when there is none. */
  find(key: FlowKey, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return -1;
      if (slots[at + 1] === hash && sameKey(key, this.rows.page(entry - 1), this.rows.base(entry - 1))) {
        return entry - 1;
      }
    }
  }

  /** Adds a row whose key is stored in it. */
  add(row: number, hash: number): void {
    if (++this.filled * 4 > this.slots.length) this.grow();
    this.put(row + 1, hash);
  }

  /** Lets the key of `old` lead to `row`, which has the same key. */
  replace(old: number, row: number): void {
    const at = this.slotOf(old);
    if (at >= 0) this.slots[at] = row + 1;
  }

  /** Takes a row out; those behind it move up, so that no probe breaks. */
  remove(row: number): void {
    let hole = this.slotOf(row);
    if (hole < 0) return;
    this.filled--;
    const { slots } = this;
    const mask = slots.length - 1;
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

  /** The row is the one that its key leads to, and not an older incarnation's. */
  has(row: number): boolean {
    return this.slotOf(row) >= 0;
  }

  /** Every row that a key leads to. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (let at = 0; at < this.slots.length; at += 2) {
      const entry = this.slots[at] ?? 0;
      if (entry !== 0) yield entry - 1;
    }
  }

  private slotOf(row: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    loadKey(this.key, this.rows.page(row), this.rows.base(row));
    for (let at = (this.hash(this.key) << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return -1;
      if (entry === row + 1) return at;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at] ?? 0;
      if (entry !== 0) this.put(entry, old[at + 1] ?? 0);
    }
  }

  private put(entry: number, hash: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = (hash << 1) & mask;
    while ((slots[at] ?? 0) !== 0) at = (at + 2) & mask;
    slots[at] = entry;
    slots[at + 1] = hash;
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
