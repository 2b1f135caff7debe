/** Connections that may be over, in the order in which they came to be so: row, id and since when, in typed memory. */
export class ClosingQueue {
  private capacity = 1 << 10;
  private numbers = new Int32Array(2 * this.capacity);
  private times = new Float64Array(this.capacity);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Of the first. */
  get row(): number {
    return this.numbers[2 * this.head] ?? 0;
  }

  get id(): number {
    return this.numbers[2 * this.head + 1] ?? 0;
  }

  get since(): number {
    return this.times[this.head] ?? 0;
  }

  push(row: number, id: number, since: number): void {
    if (this.count === this.capacity) this.grow();
    const at = (this.head + this.count++) & (this.capacity - 1);
    this.numbers[2 * at] = row;
    this.numbers[2 * at + 1] = id;
    this.times[at] = since;
  }

  /** Drops the first. */
  shift(): void {
    this.head = (this.head + 1) & (this.capacity - 1);
    this.count--;
  }

  private grow(): void {
    const { numbers, times, head, capacity } = this;
    this.capacity = 2 * capacity;
    this.numbers = new Int32Array(2 * this.capacity);
    this.times = new Float64Array(this.capacity);
    for (let from = 0; from < capacity; from++) {
      const at = (head + from) & (capacity - 1);
      this.numbers.set(numbers.subarray(2 * at, 2 * at + 2), 2 * from);
      this.times[from] = times[at] ?? 0;
    }
    this.head = 0;
  }
}
