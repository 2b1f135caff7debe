import type { WatchMoment } from './watch-report.ts';

/** What happens in a second, on average over the newest seconds. */
export interface PerSecond {
  readonly segments: number;
  readonly opened: number;
  readonly ended: number;
}

type Sample = Pick<WatchMoment, 'elapsed' | 'segments' | 'opened' | 'ended'> & { readonly clock: number };

/** Seconds that an average is over. */
const OVER = 10;

/**
 * Averages over the newest seconds. Those of the source count while packets come faster than they were captured, and those of the
 * clock on the wall while they do not come.
 */
export class Rates {
  private samples: Sample[] = [];

  /** @param clock seconds on the wall, from anywhere; null before there was another moment */
  at({ elapsed, segments, opened, ended }: WatchMoment, clock: number): PerSecond | null {
    const newest = { elapsed, segments, opened, ended, clock };
    // The newest of those that are old enough comes first.
    while (this.samples[1] && secondsFrom(this.samples[1], newest) >= OVER) this.samples.shift();
    const [from] = this.samples;
    this.samples.push(newest);
    if (from === undefined) return null;
    const seconds = secondsFrom(from, newest);
    if (seconds <= 0) return null;
    return {
      segments: (segments - from.segments) / seconds,
      opened: (opened - from.opened) / seconds,
      ended: (ended - from.ended) / seconds,
    };
  }
}

function secondsFrom(from: Sample, to: Sample): number {
  return Math.max(to.elapsed - from.elapsed, to.clock - from.clock);
}
