import { randoms } from '../bench/randoms.js';

/** One random number in so many. */
const RANGE = 2 ** 23;

/** Draws that are the same for the same seed on every machine. */
export class Draw {
  #next;

  constructor(seed) {
    this.#next = randoms(seed * 2 + 1);
    // The first numbers of seeds that follow each other are alike.
    for (let n = 0; n < 8; n++) this.#next();
  }

  /** A number from 0 on, below `bound`. */
  below(bound) {
    return Math.floor((this.#next() / RANGE) * bound);
  }

  /** True once in `times`. */
  once(times) {
    return this.below(times) === 0;
  }

  /** One of a list. */
  of(list) {
    return list[this.below(list.length)];
  }
}
