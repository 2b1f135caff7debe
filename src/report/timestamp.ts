import type { Timestamp } from './report.ts';

/** Epoch seconds with nine digits of a time that counts nanoseconds from `epoch`. */
export function formatTimestamp(epoch: bigint, time: number): Timestamp {
  const nanoseconds = epoch + BigInt(Math.round(time));
  const sign = nanoseconds < 0n ? '-' : '';
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${sign}${absolute / 1_000_000_000n}.${String(absolute % 1_000_000_000n).padStart(9, '0')}`;
}

/** Seconds of a span of nanoseconds, as the report has durations: a number, exact to the nanosecond. */
export function toSeconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e9;
}
