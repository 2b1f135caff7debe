/**
 * Nanoseconds since 1970-01-01 UTC between which a time is believed: 146 years to either side, from 1823 to 2116. Any two such
 * times are less than 2^63 apart, and a classic capture cannot have others.
 */
const BELIEVED = 1n << 62n;

export function isBelievable(time: bigint): boolean {
  return time >= -BELIEVED && time <= BELIEVED;
}

/** Nanoseconds up to which sums and differences of times are exact as doubles: 52 days. */
export const PLAIN_TIME: number = 2 ** 52;

/** The nanoseconds that a time so far from the epoch may be off: half of what lies between two doubles. */
export function roundingAt(time: number): number {
  const bits = Math.ceil(Math.log2(Math.abs(time))) - 53;
  return bits <= 0 ? 0 : 2 ** (bits - 1);
}
