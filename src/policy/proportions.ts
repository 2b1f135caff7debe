/** So many of so many. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

/** Up to here the exact test is quick; beyond, the normal distribution is as good. */
const EXACT = 10_000;

/**
 * How likely two shares are at least as far apart where there is no difference: Fisher's exact test, two-sided, and above
 * 10,000 in all the two-proportion z-test with pooled variance. 1 where either has nothing.
 */
export function chanceOf(before: Share, after: Share): number {
  const total = before.of + after.of;
  const count = before.count + after.count;
  if (before.of === 0 || after.of === 0 || count === 0 || count === total) return 1;
  return total <= EXACT ? fisher(before, after) : normal(before, after);
}

/**
 * Which of several tests are significant when at most a share `rate` of those that are called so may be by chance
 * (Benjamini and Hochberg 1995).
 */
export function significant(chances: readonly number[], rate: number): boolean[] {
  const sorted = [...chances].sort((a, b) => a - b);
  const last = sorted.findLastIndex((p, index) => p <= ((index + 1) / sorted.length) * rate);
  const bound = sorted[last] ?? -1;
  return chances.map((p) => p <= bound);
}

function fisher(before: Share, after: Share): number {
  const total = before.of + after.of;
  const count = before.count + after.count;
  const low = Math.max(0, count - after.of);
  const high = Math.min(count, before.of);
  const factorials = logFactorials(total);
  const log = (n: number): number => factorials[n] ?? 0;
  const choose = (n: number, k: number): number => log(n) - log(k) - log(n - k);
  const chance = (k: number): number =>
    Math.exp(choose(before.of, k) + choose(after.of, count - k) - choose(total, count));
  // Ties are as far apart, whatever the arithmetic makes of them.
  const observed = chance(before.count) * (1 + 1e-9);
  let sum = 0;
  for (let k = low; k <= high; k++) {
    const p = chance(k);
    if (p <= observed) sum += p;
  }
  return Math.min(1, sum);
}

/** ln(0!), ln(1!), … ln(n!). */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let k = 2; k <= n; k++) logs[k] = (logs[k - 1] ?? 0) + Math.log(k);
  return logs;
}

function normal(before: Share, after: Share): number {
  const pooled = (before.count + after.count) / (before.of + after.of);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / after.of));
  const z = Math.abs(before.count / before.of - after.count / after.of) / deviation;
  return complementaryError(z / Math.SQRT2);
}

/** erfc for x >= 0, within 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const sum = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce(
    (poly, coefficient) => (poly + coefficient) * t,
    0,
  );
  return sum * Math.exp(-x * x);
}
