import type { Timestamp } from './report.ts';

const BILLION = 1_000_000_000n;
/** The epoch that was asked for last, in numbers: a 64-bit division for every time would cost more than all the rest. */
const last = { epoch: 0n, seconds: 0, nanoseconds: 0 };
/** A time since 1970: whole seconds, and nanoseconds from 0 to 999,999,999 beyond. Filled over and over. */
const moment = { seconds: 0, nanoseconds: 0 };

export function placeInTime(epoch: bigint, time: number): typeof moment {
  if (epoch !== last.epoch) {
    last.epoch = epoch;
    last.nanoseconds = Number(((epoch % BILLION) + BILLION) % BILLION);
    last.seconds = Number((epoch - BigInt(last.nanoseconds)) / BILLION);
  }
  const rounded = Math.round(time);
  // The rest of a division costs several times as much as the division, which is exact up to here.
  const rest = Number.isSafeInteger(rounded) ? rounded - 1e9 * Math.floor(rounded / 1e9) : rounded % 1e9;
  const carried = last.nanoseconds + rest;
  const carry = Math.floor(carried / 1e9);
  moment.seconds = last.seconds + Math.round((rounded - rest) / 1e9) + carry;
  moment.nanoseconds = carried - carry * 1e9;
  return moment;
}

/** Epoch seconds with nine digits of a time that counts nanoseconds from `epoch`. */
export function formatTimestamp(epoch: bigint, time: number): Timestamp {
  const { seconds, nanoseconds } = placeInTime(epoch, time);
  if (seconds < 0 && nanoseconds > 0) return `-${-seconds - 1}.${nineDigits(1e9 - nanoseconds)}`;
  return `${seconds}.${nineDigits(nanoseconds)}`;
}

/** The same as a number. */
export function epochSeconds(epoch: bigint, time: number): number {
  const { seconds, nanoseconds } = placeInTime(epoch, time);
  return Math.round(seconds * 1e9 + nanoseconds) / 1e9;
}

function nineDigits(nanoseconds: number): string {
  return String(1e9 + nanoseconds).slice(1);
}

/** Seconds of a span of nanoseconds, as the report has durations: a number, exact to the nanosecond. */
export function toSeconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e9;
}

/** `2026-11-21T13:56:50.766134000Z` (RFC 3339); a time before 1970 counts as 1970. */
export function dateTime(time: Timestamp): string {
  const [whole = '0', fraction = '000000000'] = time.startsWith('-') ? [] : time.split('.');
  const seconds = Number(whole);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${dateOf(Math.floor(seconds / 86_400))}T${[hours, minutes, rest].map(two).join(':')}.${fraction}Z`;
}

/** The Gregorian date that many days after 1970-01-01, in years that begin in March and eras of 400 of them. */
function dateOf(days: number): string {
  const sinceMarch = days + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const day = sinceMarch - era * 146_097;
  const year = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  );
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const civil = month < 10 ? month + 3 : month - 9;
  const parts = [
    era * 400 + year + (civil <= 2 ? 1 : 0),
    civil,
    ofYear - Math.floor((153 * month + 2) / 5) + 1,
  ];
  return parts.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}
