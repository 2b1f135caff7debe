import { IS_LITTLE_ENDIAN } from '../../flow/byte-order.ts';

/** A summary of many durations in seconds. `median` and `p95` are within 0.5 % of a duration that occurred. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Each bucket ends 1 % above where it begins: its middle is within 0.5 % of everything in it. */
const GROWTH = Math.log(1.01);
/** A nanosecond, below which nothing is told apart. */
const SMALLEST = 1e-9;
/** The bucket of a nanosecond; 0 is that of everything below. */
const LOWEST = 1;
/** What makes a logarithm, in widths of a bucket, its bucket: so that a nanosecond's is the lowest. */
const SHIFT = LOWEST - Math.round(Math.log(SMALLEST) / GROWTH);
/** Buckets are counted in pieces of so many. */
const PIECE_BITS = 6;
const PIECE = 1 << PIECE_BITS;
/** Beyond a billion seconds nothing is told apart, either. */
const HIGHEST = 66 * PIECE - 1;

/** A double and its words; which of them has the exponent, and how many binary places of that {@link sliceOf} leaves out. */
const DOUBLE = new Float64Array(1);
const WORDS = new Int32Array(DOUBLE.buffer);
const HIGH = IS_LITTLE_ENDIAN ? 1 : 0;
const PLACES = 12;
/** Slices from a nanosecond to a billion seconds. */
const FIRST_SLICE = sliceOf(SMALLEST);
const SLICES = sliceOf(1e9) - FIRST_SLICE;
/**
 * Look-up tables in place of Math.log: the first bucket of each slice (0: not computed yet), and the value
 * where that bucket ends.
 */
const BUCKETS = new Uint16Array(SLICES);
const ENDS = new Float64Array(SLICES);

/**
 * Counts durations in buckets of a logarithmic histogram: nanoseconds to a billion seconds in at most 4,200 buckets,
 * which take memory in pieces of 64, where one of them occurs. Minimum and maximum are exact.
 */
export class Quantiles {
  private readonly pieces: (Uint32Array | undefined)[] = [];
  private count = 0;
  private min = Infinity;
  private max = -Infinity;

  add(seconds: number): void {
    const value = Math.max(0, seconds);
    const bucket = bucketOf(value);
    this.increase(bucket, 1);
    this.count += 1;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  merge(other: Quantiles): void {
    for (const [bucket, count] of other.buckets()) this.increase(bucket, count);
    this.count += other.count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** The value that `share` of all values are not above (nearest rank); within the values that occurred. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count));
    for (const [bucket, count] of this.buckets()) {
      left -= count;
      if (left <= 0) return this.clamp(middleOf(bucket));
    }
    return this.max;
  }

  /** How many values lie within `tolerance` (a share) of `value`, to the width of a bucket. */
  near(value: number, tolerance: number): number {
    let found = 0;
    const [low, high] = [bucketOf(value * (1 - tolerance)), bucketOf(value * (1 + tolerance))];
    for (const [bucket, count] of this.buckets()) if (bucket >= low && bucket <= high) found += count;
    return found;
  }

  /** Null where nothing was counted. */
  distribution(): Distribution | null {
    if (this.count === 0) return null;
    const { count, min, max } = this;
    return { count, min, median: this.quantile(0.5), p95: this.quantile(0.95), max };
  }

  private increase(bucket: number, by: number): void {
    const place = bucket >> PIECE_BITS;
    let piece = this.pieces[place];
    if (piece === undefined) {
      piece = new Uint32Array(PIECE);
      this.pieces[place] = piece;
    }
    const at = bucket & (PIECE - 1);
    piece[at] = (piece[at] ?? 0) + by;
  }

  /** Each with its count, the smallest first. */
  private *buckets(): Generator<readonly [bucket: number, count: number], void, void> {
    for (const [place, piece] of this.pieces.entries()) {
      for (const [at, count] of piece?.entries() ?? []) if (count > 0) yield [place * PIECE + at, count];
    }
  }

  private clamp(value: number): number {
    return Math.min(this.max, Math.max(this.min, Number(value.toPrecision(4))));
  }
}

function bucketOf(seconds: number): number {
  if (seconds < SMALLEST) return 0;
  const own = sliceOf(seconds) - FIRST_SLICE;
  if (own >= SLICES) return logarithmic(seconds);
  const bucket = BUCKETS[own] || learn(own);
  return seconds < (ENDS[own] ?? 0) ? bucket : bucket + 1;
}

/** Finds out in which buckets a slice lies: there is one, and perhaps the next. */
function learn(own: number): number {
  let low = startOf(own);
  let high = startOf(own + 1);
  const bucket = logarithmic(low);
  BUCKETS[own] = bucket;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (logarithmic(middle) === bucket) low = middle;
    else high = middle;
  }
  ENDS[own] = high;
  return bucket;
}

/** A double's sign, exponent and first eight binary places (IEEE 754-2019, 3.4): all of a slice are within 0.4 %. */
function sliceOf(seconds: number): number {
  DOUBLE[0] = seconds;
  return (WORDS[HIGH] ?? 0) >> PLACES;
}

function startOf(own: number): number {
  WORDS[HIGH] = (own + FIRST_SLICE) << PLACES;
  WORDS[1 - HIGH] = 0;
  return DOUBLE[0] ?? 0;
}

function logarithmic(seconds: number): number {
  return Math.min(HIGHEST, SHIFT + Math.round(Math.log(seconds) / GROWTH));
}

function middleOf(bucket: number): number {
  return bucket < LOWEST ? 0 : Math.exp((bucket - SHIFT) * GROWTH);
}
