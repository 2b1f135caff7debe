import type { Timestamp } from '../report.ts';
import { dateTime } from '../timestamp.ts';

/** A zone in which times of day are told: minutes east of UTC at a time in seconds since 1970. */
export type Zone = (seconds: number) => number;

export const UTC: Zone = () => 0;

/** `2026-11-21 13:56:50.766134`, with so many digits behind the point. */
export function clockOf(time: Timestamp, zone: Zone, digits: number): string {
  const [whole = '0', fraction = ''] = time.split('.');
  const there = dateTime(`${Number(whole) + 60 * offsetAt(time, zone)}.${fraction}`);
  return `${there.slice(0, 10)} ${there.slice(11, digits === 0 ? 19 : 20 + digits)}`;
}

/** `13:56:50.766`. */
export function timeOfDay(time: Timestamp, zone: Zone, digits: number): string {
  return clockOf(time, zone, digits).slice(11);
}

/** `UTC`, `UTC+01:00`: the zone as it was at that time. */
export function zoneName(time: Timestamp, zone: Zone): string {
  const minutes = offsetAt(time, zone);
  if (minutes === 0) return 'UTC';
  const apart = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(apart / 60))}:${two(apart % 60)}`;
}

/** Whole minutes; zones of before 1900 had seconds as well. */
function offsetAt(time: Timestamp, zone: Zone): number {
  return Math.round(zone(Math.trunc(Number(time))));
}
