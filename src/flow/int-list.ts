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

  at(index: number): number {
    return this.words[index] ?? 0;
  }
}

/**
 * Pairs of an entry and a number, in the order of the numbers.
 *
 * @param lists entry and number in turn
 */
export function byNumber(lists: readonly IntList[]): Int32Array {
  let length = 0;
  for (const list of lists) length += list.length;
  const pairs = new Int32Array(length);
  const count = length >> 1;
  // Numbers that order and name them: a million are sorted in no time.
  const keys = new Float64Array(count);
  let place = 0;
  for (const list of lists) {
    for (let at = 0; at < list.length; at += 2) {
      pairs[2 * place] = list.at(at);
      keys[place] = list.at(at + 1) * count + place;
      place++;
    }
  }
  keys.sort();
  const sorted = new Int32Array(length);
  for (let at = 0; at < count; at++) {
    const key = keys[at] ?? 0;
    const number = Math.floor(key / count);
    sorted[2 * at] = pairs[2 * (key - number * count)] ?? 0;
    sorted[2 * at + 1] = number;
  }
  return sorted;
}
