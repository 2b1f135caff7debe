/** Records that make a run worth its while, and how many are handed out one by one at most where it is not. */
const WORTHWHILE = 4;
const MOST_SINGLES = 1024;

/** How often runs of records are offered: the less often, the less they were good for. */
export class RunBackoff {
  #singles = 1;

  /**
   * How many records to deliver singly before the next batch, after a batch of which `taken` were taken. One,
   * if the sink ran ahead.
   */
  after(taken: number, isAhead: boolean): number {
    this.#singles = isAhead || taken >= WORTHWHILE ? 1 : Math.min(2 * this.#singles, MOST_SINGLES);
    return this.#singles;
  }
}
