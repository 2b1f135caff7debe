/** 32-bit integers in a list that grows, outside of the heap that is searched for garbage. */
export class IntList {
  length = 0;
  private words = new Int32Array(16);

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
