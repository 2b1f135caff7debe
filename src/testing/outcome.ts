/**
 * The answer to a question about connections. `undecided`: there is nothing to answer it by (no such connection, a damaged
 * capture), so that neither the assertion nor its negation holds.
 */
export interface Outcome {
  readonly answer: 'yes' | 'no' | 'undecided';
  /** Why, for whom expected another answer: a sentence, connections, ladders. */
  readonly message: string;
}
