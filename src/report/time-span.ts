import type { Timestamp } from './report.ts';

/** Seconds from one time of the report to another, exact to the nanosecond. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  if (from.startsWith('-') || to.startsWith('-')) return Number(nanosecondsBetween(from, to)) / 1e9;
  // Without 64-bit integers: it is asked for with every connection.
  const [start, end] = [from.length - DECIMALS, to.length - DECIMALS];
  const whole = Number(to.slice(0, end)) - Number(from.slice(0, start));
  return Math.round(whole * 1e9 + Number(to.slice(end + 1)) - Number(from.slice(start + 1))) / 1e9;
}

export function nanosecondsBetween(from: Timestamp, to: Timestamp): bigint {
  return nanoseconds(to) - nanoseconds(from);
}

/** The point and nine digits behind it. */
const DECIMALS = 10;

function nanoseconds(time: Timestamp): bigint {
  return BigInt(time.replace('.', ''));
}
