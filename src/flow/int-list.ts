/** 32-bit integers in a list that grows, outside of the heap that is searched for garbage. */
export class IntList {
  length = 0;
  private words = new Int32Array(64);

  push(word: number): void {
    if (this.length === this.words.length) {
      const words = new Int32Array(2 * this.length);
      words.set(this.words);
      this.words = words;
    }
    this.words[this.length++] = word;
  }

  /** Its numbers, until the next one. */
  get all(): Int32Array {
    return this.words.subarray(0, this.length);
  }
}

/**
 * Pairs of an entry and a number, in the order of the numbers.
 *
 * @param lists entry and number in turn
 */
export function byNumber(lists: readonly IntList[]): Int32Array {
  const pairs = joined(lists);
  const count = pairs.length >> 1;
  // Numbers that order and name them: a million are sorted in no time.
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place++) keys[place] = (pairs[2 * place + 1] ?? 0) * count + place;
  keys.sort();
  const sorted = new Int32Array(pairs.length);
  for (let at = 0; at < count; at++) {
    const key = keys[at] ?? 0;
    const number = Math.floor(key / count);
    sorted[2 * at] = pairs[2 * (key - number * count)] ?? 0;
    sorted[2 * at + 1] = number;
  }
  return sorted;
}

function joined(lists: readonly IntList[]): Int32Array {
  const [first, ...others] = lists;
  if (first !== undefined && others.length === 0) return first.all;
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const list of lists) {
    all.set(list.all, place);
    place += list.length;
  }
  return all;
}
