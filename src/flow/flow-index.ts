import { type FlowKey, sameKey } from './flow-key.ts';
import { Pages } from './pages.ts';
import { HASH, ROW } from './row.ts';

/**
 * Finds the row of a 4-tuple: open addressing with linear probing over typed memory. The hash is keyed with random
 * numbers, so that nobody can choose addresses that collide; no order of the output depends on it.
 */
export class FlowIndex {
  readonly rows: Pages = new Pages(ROW);
  private slots: Int32Array = new Int32Array(1 << 12);
  private filled = 0;
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
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] ?? 0;
      if (entry === 0) return -1;
      const page = this.rows.page(entry - 1);
      const base = this.rows.base(entry - 1);
      if (page[base + HASH] === hash && sameKey(key, page, base)) return entry - 1;
    }
  }

  /** Adds a row whose key and hash are stored in it. */
  add(row: number): void {
    if (++this.filled * 2 > this.slots.length) this.grow();
    this.put(row);
  }

  /** Lets the key of `old` lead to `row`, which has the same key. */
  replace(old: number, row: number): void {
    const slot = this.slotOf(old);
    if (slot >= 0) this.slots[slot] = row + 1;
  }

  /** Takes a row out; those behind it move up, so that no probe breaks. */
  remove(row: number): void {
    let hole = this.slotOf(row);
    if (hole < 0) return;
    this.filled--;
    const mask = this.slots.length - 1;
    this.slots[hole] = 0;
    for (let slot = (hole + 1) & mask; (this.slots[slot] ?? 0) !== 0; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] ?? 0;
      const home = this.hashOf(entry - 1) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        this.slots[hole] = entry;
        this.slots[slot] = 0;
        hole = slot;
      }
    }
  }

  /** The row is the one that its key leads to, and not an older incarnation's. */
  has(row: number): boolean {
    return this.slotOf(row) >= 0;
  }

  /** Every row that a key leads to. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (const entry of this.slots) if (entry !== 0) yield entry - 1;
  }

  private slotOf(row: number): number {
    const mask = this.slots.length - 1;
    for (let slot = this.hashOf(row) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] ?? 0;
      if (entry === 0) return -1;
      if (entry === row + 1) return slot;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (const entry of old) if (entry !== 0) this.put(entry - 1);
  }

  private put(row: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashOf(row) & mask;
    while ((this.slots[slot] ?? 0) !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = row + 1;
  }

  private hashOf(row: number): number {
    return this.rows.page(row)[this.rows.base(row) + HASH] ?? 0;
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
