/** A map by two texts, which are looked up one after the other: no key is put together each time. */
export class PairMap<T> {
  private readonly outer: Map<string, Map<string, T>> = new Map();

  get(first: string, second: string): T | undefined {
    return this.outer.get(first)?.get(second);
  }

  set(first: string, second: string, value: T): void {
    let inner = this.outer.get(first);
    if (inner === undefined) {
      inner = new Map();
      this.outer.set(first, inner);
    }
    inner.set(second, value);
  }
}
