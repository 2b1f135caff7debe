import type { Segment } from '../decode/segment.ts';
import { HASH } from './compact-row.ts';
import { createKey, type FlowKey, loadKey, readKey, sameCompactKey, sameKey } from './flow-key.ts';
import type { Pages } from './pages.ts';
import type { Share } from './share.ts';

/** What a segment of another share leads to: no entry. */
export const ELSEWHERE: number = -(2 ** 31);
/** What is left where an entry has gone from old places: no entry, but not empty. */
const GONE: number = 1 << 31;
/** Places that are moved with each key: twice as many as needed to be done before it is time to grow again. */
const AT_ONCE = 4;
const FIRST_BITS = 12;

/**
 * Finds the row of a 4-tuple: open addressing with linear probing over typed memory, at most half full. The hash is keyed
 * with random numbers, so that nobody can choose addresses that collide; no order of the output depends on it.
 *
 * A 4-tuple leads to an entry: `row + 1` for a full row, `~row` for a compact one, 0 for none.
 *
 * Growing takes no pause: what stands in the old places moves to the new ones little by little, with each key that is
 * added. Until then it is found there.
 */
export class FlowIndex {
  /** Of the segment that was looked for last: its 4-tuple, the hash of that, and who sent it: 0 for end `a`, 1 for `b`. */
  readonly key: FlowKey = createKey();
  hash = 0;
  direction: 0 | 1 = 0;
  private readonly full: Pages;
  private readonly compact: Pages;
  private slots = new Places(FIRST_BITS);
  /** Places that are being left, up to `moved` already; null most of the time. */
  private old: Places | null = null;
  private moved = 0;
  private filled = 0;
  /** Of an entry that is on its way to another place. */
  private readonly other = createKey();
  private readonly seed: number;
  private readonly salt: number;
  private readonly share: number;
  private readonly shares: number;

  constructor({ keys, index, of }: Share, full: Pages, compact: Pages) {
    [this.seed, this.salt] = keys;
    this.share = index;
    this.shares = of;
    this.full = full;
    this.compact = compact;
  }

  hashOfKey(key: FlowKey): number {
    let hash = mix(mix(mix(this.seed, key.a3 ^ this.salt), key.b3), key.ports);
    if (key.ipv6) {
      hash = mix(mix(mix(hash, key.a0), key.a1), key.a2);
      hash = mix(mix(mix(hash, key.b0), key.b1), key.b2);
    }
    return hash ^ (hash >>> 16);
  }

  /**
   * The entry of a segment's 4-tuple: 0 when there is none, {@link ELSEWHERE} when it is another share's. Sets
   * {@link key}, {@link hash} and {@link direction}.
   */
  find(segment: Segment): number {
    const { key } = this;
    this.direction = readKey(key, segment);
    const hash = this.hashOfKey(key);
    this.hash = hash;
    if (this.shares > 1 && ((hash >>> 16) * this.shares) >>> 16 !== this.share) return ELSEWHERE;
    const entry = this.findIn(this.slots, key, hash);
    return entry === 0 && this.old !== null ? this.findIn(this.old, key, hash) : entry;
  }

  /** Adds an entry whose key is stored in its row; that of a compact one with its hash. */
  add(entry: number, hash: number): void {
    this.filled++;
    this.put(entry, hash);
    if (this.old !== null) this.move(this.old);
  }

  /** Lets the key of `old`, if it leads there, lead to `entry`, which has the same key. */
  replace(old: number, entry: number): void {
    const hash = this.hashOf(old);
    if (this.take(old, hash)) this.put(entry, hash);
  }

  /** Takes an entry out. */
  remove(entry: number): void {
    if (this.take(entry, this.hashOf(entry))) this.filled--;
  }

  /** The entry is the one that its key leads to, and not an older incarnation's. */
  has(entry: number): boolean {
    const hash = this.hashOf(entry);
    return this.slots.at(entry, hash) >= 0 || (this.old !== null && this.old.at(entry, hash) >= 0);
  }

  /** Every entry that a key leads to. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (const places of this.old === null ? [this.slots] : [this.slots, this.old]) {
      for (const slot of places.slots) {
        const entry = entryOf(slot & places.codes);
        if (entry !== 0) yield entry;
      }
    }
  }

  private findIn({ slots, codes }: Places, key: FlowKey, hash: number): number {
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at] ?? 0;
      if (slot === 0) return 0;
      if (((slot ^ hash) & ~codes) !== 0) continue;
      const code = slot & codes;
      const row = code >> 1;
      if (code & 1) {
        const { compact } = this;
        if (sameCompactKey(key, compact.page(row), compact.base(row), compact.second(row))) return ~row;
      } else if (code !== 0 && sameKey(key, this.full.page(row - 1), this.full.base(row - 1))) {
        return row;
      }
    }
  }

  private hashOf(entry: number): number {
    const { compact, full } = this;
    if (entry < 0) return compact.page(~entry)[compact.second(~entry) + HASH] ?? 0;
    loadKey(this.other, full.page(entry - 1), full.base(entry - 1));
    return this.hashOfKey(this.other);
  }

  private put(entry: number, hash: number): void {
    while (this.filled * 2 > this.slots.slots.length || codeOf(entry) > this.slots.codes) this.grow();
    this.slots.put(codeOf(entry), hash);
  }

  private take(entry: number, hash: number): boolean {
    const at = this.slots.at(entry, hash);
    if (at >= 0) {
      this.close(at);
      return true;
    }
    const old = this.old?.at(entry, hash) ?? -1;
    if (this.old !== null && old >= 0) this.old.slots[old] = GONE;
    return old >= 0;
  }

  private grow(): void {
    while (this.old !== null) this.move(this.old);
    this.old = this.slots;
    this.moved = 0;
    this.slots = new Places(this.old.bits + 1);
  }

  /** Moves what stands in the next places, and leaves a mark there, so that what had to give way to it is still found. */
  private move({ slots, codes }: Places): void {
    const end = Math.min(slots.length, this.moved + 2 * AT_ONCE);
    for (let at = this.moved; at < end; at++) {
      const code = (slots[at] ?? 0) & codes;
      if (code === 0) continue;
      this.slots.put(code, this.hashOf(entryOf(code)));
      slots[at] = GONE;
    }
    this.moved = end;
    if (end === slots.length) this.old = null;
  }

  /** Empties a place; those behind it move up, so that no probe breaks. */
  private close(place: number): void {
    const { slots, codes } = this.slots;
    const mask = slots.length - 1;
    let hole = place;
    slots[hole] = 0;
    for (let at = (hole + 1) & mask; (slots[at] ?? 0) !== 0; at = (at + 1) & mask) {
      const slot = slots[at] ?? 0;
      const home = this.hashOf(entryOf(slot & codes)) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slot;
      slots[at] = 0;
      hole = at;
    }
  }
}

/**
 * Places for entries, four bytes each: the entry as a code in the lower bits, above it what they leave of the hash, so
 * that a row is looked at only where it is likely the right one.
 */
class Places {
  /** Two to the power of it are the places. */
  readonly bits: number;
  readonly slots: Int32Array;
  /** The bits of the code. There are four times as many codes as places, for rows that are used and not in the index. */
  readonly codes: number;

  constructor(bits: number) {
    this.bits = bits;
    this.slots = new Int32Array(2 ** bits);
    this.codes = 2 ** Math.min(bits + 2, 31) - 1;
  }

  put(code: number, hash: number): void {
    const { slots, codes } = this;
    const mask = slots.length - 1;
    let at = hash & mask;
    while ((slots[at] ?? 0) !== 0) at = (at + 1) & mask;
    slots[at] = (hash & ~codes) | code;
  }

  /** The place of an entry, -1 where it has none. */
  at(entry: number, hash: number): number {
    const { slots, codes } = this;
    const code = codeOf(entry);
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at] ?? 0;
      if (slot === 0) return -1;
      if ((slot & codes) === code) return at;
    }
  }
}

/** Odd for a compact row, even for a full one, 0 for none. */
function codeOf(entry: number): number {
  return entry < 0 ? 2 * ~entry + 1 : 2 * entry;
}

function entryOf(code: number): number {
  return code & 1 ? ~(code >> 1) : code >> 1;
}

/** One round of MurmurHash3's 32-bit mixing. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}
