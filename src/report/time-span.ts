import type { Timestamp } from './report.ts';

/** Seconds from one time of the report to another. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  return Number(nanosecondsBetween(from, to)) / 1e9;
}

export function nanosecondsBetween(from: Timestamp, to: Timestamp): bigint {
  return nanoseconds(to) - nanoseconds(from);
}

function nanoseconds(time: Timestamp): bigint {
  return BigInt(time.replace('.', ''));
}
