/** What is due when: a binary heap by time. */
export class Agenda {
  #heap = [];

  get isEmpty() {
    return this.#heap.length === 0;
  }

  /** The time of the next item; Infinity where there is none. */
  get next() {
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  add(time, item) {
    const heap = this.#heap;
    let at = heap.length;
    const entry = { time, item };
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].time <= time) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  take() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child += 1;
      if (heap[child].time >= last.time) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
