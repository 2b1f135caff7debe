import { randoms } from './randoms.js';

/** One random number in so many. */
const RANGE = 2 ** 23;

/** Writes packets as a capture of a live link has them: some are lost, some come twice, some after the next one. */
export class Damage {
  #out;
  #share;
  #random = randoms(54_321);

  /** `share`: of all packets, a third each is lost, doubled or swapped with the next one of its connection. */
  constructor(out, share) {
    this.#out = out;
    this.#share = share;
  }

  packet(item, from, flags, length, time) {
    const kind = Math.floor((this.#random() / RANGE / this.#share) * 3);
    // The numbers as they are now, since the connection goes on before a held packet is written.
    const now = { ...item, sent: [...item.sent], id: [...item.id] };
    item.id[from] += 1;
    if (kind === 0) {
      item.damaged = true;
      return;
    }
    const write = (at) => this.#out.packet({ ...now, id: [...now.id] }, from, flags, length, at);
    if (kind === 2 && !item.held) {
      item.held = write;
      return;
    }
    write(time);
    if (kind === 1) write(time);
    item.seen = true;
    if (item.held) item.damaged = true;
    this.#release(item, time);
  }

  /** What is left of a connection that is over: all of it (`whole`), something else (`damaged`), or nothing (`unseen`). */
  finish(item, time) {
    this.#release(item, time);
    if (!item.seen) return 'unseen';
    return item.damaged ? 'damaged' : 'whole';
  }

  #release(item, time) {
    if (!item.held) return;
    item.held(time);
    item.held = null;
    item.seen = true;
  }
}
