/** One tick of a timestamp: `base` to the power of `-exponent` seconds. */
export interface Resolution {
  base: 2 | 10;
  exponent: number;
}

export const MICROSECONDS: Resolution = { base: 10, exponent: 6 };
export const NANOSECONDS: Resolution = { base: 10, exponent: 9 };

/** Reads the value of a pcapng `if_tsresol` option: the high bit chooses the base, the rest is the exponent. */
export function resolutionFromOption(value: number): Resolution {
  return { base: (value & 0x80) === 0 ? 10 : 2, exponent: value & 0x7f };
}

/**
 * Whole nanoseconds in one tick, or 0 where a tick is not a whole number of them (finer than a nanosecond, or a
 * power of two): such times need {@link ticksToNanoseconds}.
 */
export function nanosecondsPerTick(resolution: Resolution): number {
  const { base, exponent } = resolution;
  if (exponent === 0) return 1e9;
  return base === 10 && exponent <= 9 ? 10 ** (9 - exponent) : 0;
}

/** Exact, rounded down to the nanosecond. */
export function ticksToNanoseconds(ticks: bigint, resolution: Resolution): bigint {
  return (ticks * 1_000_000_000n) / BigInt(resolution.base) ** BigInt(resolution.exponent);
}

const NAMES: Record<number, string> = { 0: 's', 3: 'ms', 6: 'us', 9: 'ns' };

/** `s`, `ms`, `us`, `ns`, or `10^-N s` / `2^-N s` where there is no name; `us` where no interface is described. */
export function finestResolutionName(resolutions: readonly Resolution[]): string {
  let finest: Resolution | undefined;
  for (const resolution of resolutions) {
    if (finest === undefined || digits(resolution) > digits(finest)) finest = resolution;
  }
  const { base, exponent } = finest ?? MICROSECONDS;
  const name = base === 10 || exponent === 0 ? NAMES[exponent] : undefined;
  return name ?? `${base}^-${exponent} s`;
}

function digits(resolution: Resolution): number {
  return resolution.exponent * Math.log10(resolution.base);
}
