/** Changes that are kept one by one; the older half of more is folded into steps. */
const MOST_CHANGES = 65_536;
/** Steps of a curve; more are merged by two. */
const MOST_STEPS = 2048;
/** Nanoseconds of the shortest step. */
const FIRST_STEP = 1e6;

interface Change {
  readonly time: number;
  readonly by: 1 | -1;
  readonly proven: boolean;
}

/** What happened in a step, against what there was at its beginning. */
interface Step {
  net: number;
  netProven: number;
  /** The most in it, how many of them were proven, and when that was first. */
  most: number;
  mostProven: number;
  at: number;
}

/**
 * How many there were over time, to find the most of them, in bounded memory. It is exact as long as changes come in within
 * {@link MOST_CHANGES} of their order; one that comes later is at most one off in the step in which it lies, and exact in
 * all others.
 */
export class SocketCurve {
  private changes: Change[] = [];
  private step = FIRST_STEP;
  private steps: Map<number, Step> = new Map();

  /** @param to infinite where it has no end */
  add(from: number, to: number, proven: boolean): void {
    this.changes.push({ time: from, by: 1, proven });
    if (to !== Infinity) this.changes.push({ time: to, by: -1, proven });
    if (this.changes.length > MOST_CHANGES) this.fold(MOST_CHANGES / 2);
  }

  /** The most at once, and when first. */
  most(): { sockets: number; proven: number; time: number } {
    this.fold(this.changes.length);
    let now = 0;
    let nowProven = 0;
    const most = { sockets: 0, proven: 0, time: 0 };
    for (const [, step] of [...this.steps].sort(([a], [b]) => a - b)) {
      if (now + step.most > most.sockets) {
        most.sockets = now + step.most;
        most.proven = Math.max(0, Math.min(nowProven + step.mostProven, most.sockets));
        most.time = step.at;
      }
      now += step.net;
      nowProven += step.netProven;
    }
    return most;
  }

  /** Folds the oldest changes into steps. */
  private fold(count: number): void {
    // Of one moment the ends come first: a socket that follows another is not beside it.
    this.changes.sort((a, b) => a.time - b.time || a.by - b.by);
    for (const { time, by, proven } of this.changes.splice(0, count)) {
      const step = this.stepAt(Math.floor(time / this.step));
      step.net += by;
      if (proven) step.netProven += by;
      if (step.net > step.most) {
        step.most = step.net;
        step.mostProven = step.netProven;
        step.at = time;
      }
      while (this.steps.size > MOST_STEPS) this.coarsen();
    }
  }

  private stepAt(index: number): Step {
    const known = this.steps.get(index);
    if (known) return known;
    const step = { net: 0, netProven: 0, most: -Infinity, mostProven: 0, at: 0 };
    this.steps.set(index, step);
    return step;
  }

  private coarsen(): void {
    const finer = [...this.steps].sort(([a], [b]) => a - b);
    this.step *= 2;
    this.steps = new Map();
    for (const [index, { net, netProven, most, mostProven, at }] of finer) {
      const step = this.stepAt(Math.floor(index / 2));
      if (step.net + most > step.most) {
        step.most = step.net + most;
        step.mostProven = step.netProven + mostProven;
        step.at = at;
      }
      step.net += net;
      step.netProven += netProven;
    }
  }
}
