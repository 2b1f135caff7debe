import { createKey, type FlowKey, loadCompactKey, loadKey, sameCompactKey, sameKey } from './flow-key.ts';
import type { Pages } from './pages.ts';

/**
 * Finds the row of a 4-tuple: open addressing with linear probing over typed memory. The hash is keyed with random
 * numbers, so that nobody can choose addresses that collide; no order of the output depends on it.
 *
 * A 4-tuple leads to an entry: `row + 1` for a full row, `~row` for a compact one, 0 for none.
 */
export class FlowIndex {
  private readonly full: Pages;
  private readonly compact: Pages;
  /** Entry and hash of each place in turn, so that growing and probing touch no row. */
  private slots: Int32Array = new Int32Array(2 << 12);
  private filled = 0;
  private readonly key = createKey();
  private readonly keys: readonly [number, number];

  /** @param keys two random words */
  constructor(keys: readonly [number, number], full: Pages, compact: Pages) {
    this.keys = keys;
    this.full = full;
    this.compact = compact;
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

  /** The entry of the key, 0 when there is none. */
  find(key: FlowKey, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return 0;
      if (slots[at + 1] !== hash) continue;
      if (
        entry > 0
          ? sameKey(key, this.full.page(entry - 1), this.full.base(entry - 1))
          : sameCompactKey(key, this.compact.page(~entry), this.compact.base(~entry))
      ) {
        return entry;
      }
    }
  }

  /** Adds an entry whose key is stored in its row. */
  add(entry: number, hash: number): void {
    if (++this.filled * 3 > this.slots.length) this.grow();
    this.put(entry, hash);
  }

  /** Lets the key of `old` lead to `entry`, which has the same key. */
  replace(old: number, entry: number): void {
    const at = this.slotOf(old);
    if (at >= 0) this.slots[at] = entry;
  }

  /** Takes an entry out; those behind it move up, so that no probe breaks. */
  remove(entry: number): void {
    let hole = this.slotOf(entry);
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

  /** The entry is the one that its key leads to, and not an older incarnation's. */
  has(entry: number): boolean {
    return this.slotOf(entry) >= 0;
  }

  /** Every entry that a key leads to. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (let at = 0; at < this.slots.length; at += 2) {
      const entry = this.slots[at] ?? 0;
      if (entry !== 0) yield entry;
    }
  }

  private slotOf(wanted: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    if (wanted > 0) loadKey(this.key, this.full.page(wanted - 1), this.full.base(wanted - 1));
    else loadCompactKey(this.key, this.compact.page(~wanted), this.compact.base(~wanted));
    for (let at = (this.hash(this.key) << 1) & mask; ; at = (at + 2) & mask) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return -1;
      if (entry === wanted) return at;
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
