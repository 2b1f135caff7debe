/** 32-bit integers in a list that grows, outside of the heap that is searched for garbage. */
export class IntList {
  length = 0;
  private words = new Int32Array(64);

  push(word: number): void {
    if (this.length === this.words.length) this.grow(this.length + 1);
    this.words[this.length++] = word;
  }

  append(words: Int32Array): void {
    const length = this.length + words.length;
    if (length > this.words.length) this.grow(length);
    this.words.set(words, this.length);
    this.length = length;
  }

  private grow(least: number): void {
    const words = new Int32Array(Math.max(least, 2 * this.words.length));
    words.set(this.words);
    this.words = words;
  }

  /** Its numbers, until the next one. */
  get all(): Int32Array {
    return this.words.subarray(0, this.length);
  }
}

/** Bits of a number that one pass sorts by. */
const DIGIT = 11;
const DIGITS = 1 << DIGIT;

/**
 * Pairs of an entry and a number, in the order of the numbers. Sorted by digits, since they are within a few thousand mostly.
 *
 * @param lists entry and number in turn
 */
export function byNumber(lists: readonly IntList[]): Int32Array {
  let pairs = joined(lists);
  let least = pairs[1] ?? 0;
  let most = least;
  for (let at = 1; at < pairs.length; at += 2) {
    const number = pairs[at] ?? 0;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const ends = new Int32Array(DIGITS);
  let other: Int32Array = new Int32Array(pairs.length);
  for (let shift = 0; shift < 32 && (most - least) >>> shift > 0; shift += DIGIT) {
    ends.fill(0);
    for (let at = 1; at < pairs.length; at += 2) {
      const digit = (((pairs[at] ?? 0) - least) >>> shift) & (DIGITS - 1);
      ends[digit] = (ends[digit] ?? 0) + 2;
    }
    for (let digit = 1; digit < DIGITS; digit++) ends[digit] = (ends[digit] ?? 0) + (ends[digit - 1] ?? 0);
    for (let at = pairs.length - 1; at > 0; at -= 2) {
      const number = pairs[at] ?? 0;
      const digit = ((number - least) >>> shift) & (DIGITS - 1);
      const to = (ends[digit] ?? 0) - 2;
      ends[digit] = to;
      other[to] = pairs[at - 1] ?? 0;
      other[to + 1] = number;
    }
    [pairs, other] = [other, pairs];
  }
  return pairs;
}

/** The numbers of all lists, in memory of their own. */
function joined(lists: readonly IntList[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const list of lists) {
    all.set(list.all, place);
    place += list.length;
  }
  return all;
}
