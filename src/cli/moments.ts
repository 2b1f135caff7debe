import { InvalidArgumentError } from 'commander';
import type { AskedMoment } from '../engine/sockets.ts';
import { UTC, type Zone } from '../report/text/clock.ts';

const DAY = 86_400;
const BILLION = 1_000_000_000n;

const SENTENCE =
  'It must be a clock time (12:00, 12:00:01.5 or 2026-12-01T12:00:01Z), an offset from the first packet (+12.5s) or a frame (#123).';

/** A moment as `--at` takes it: text that is one. */
export function moment(text: string): string {
  if (momentOf(text, UTC) === null) throw new InvalidArgumentError(SENTENCE);
  return text.trim();
}

/** A moment of a capture; null where the text is none. @param zone of clock times that name none */
export function momentOf(text: string, zone: Zone): AskedMoment | null {
  const asked = text.trim();
  const [, frame] = /^#(\d{1,15})$/.exec(asked) ?? [];
  if (frame !== undefined) return Number(frame) > 0 ? { asked, kind: 'frame', frame: Number(frame) } : null;
  const [, offset] = /^\+(\d{1,9}(?:\.\d{1,9})?)s?$/.exec(asked) ?? [];
  if (offset !== undefined) {
    return { asked, kind: 'offset', nanoseconds: Math.round(Number(offset) * 1e9) };
  }
  const since1970 = ofDay(asked, zone) ?? ofDate(asked, zone);
  return since1970 && { asked, kind: 'clock', since1970 };
}

type Clock = Extract<AskedMoment, { kind: 'clock' }>['since1970'];

/** `12:00:01.5`: the first such time from the first packet on. */
function ofDay(text: string, zone: Zone): Clock | null {
  const [, hours, minutes, seconds = '00', fraction = ''] =
    /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(text) ?? [];
  if (!(Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60)) return null;
  const ofDay = 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  return (start) => {
    const first = Number(start / BILLION);
    const there = first + 60 * zone(first);
    const local = there - (((there % DAY) + DAY) % DAY) + ofDay;
    const time = (days: number): bigint => inZone(local + days * DAY, fraction, zone);
    return time(0) < start ? time(1) : time(0);
  };
}

/** `2026-12-01T12:00:01.5Z`, `2026-12-01 12:00:01+01:00`. */
function ofDate(text: string, zone: Zone): Clock | null {
  const [, date, time, fraction = '', own] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}${(own ?? 'Z').toUpperCase()}`) / 1000;
  if (date === undefined || Number.isNaN(seconds)) return null;
  return () => inZone(seconds, fraction, own === undefined ? zone : UTC);
}

/** Nanoseconds since 1970 of a time of day that a clock in a zone shows, given as seconds since its 1970. */
function inZone(shown: number, fraction: string, zone: Zone): bigint {
  // The zone of that time itself, which may be another than that of the same time in UTC.
  const about = shown - 60 * zone(shown);
  return BigInt(shown - 60 * zone(about)) * BILLION + BigInt(fraction.padEnd(9, '0'));
}

/** `1s`, `0.5`, `5m`, `1h`: seconds. */
export function interval(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const seconds = Number(digits) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? Number.NaN);
  // Shorter steps than the clock of a capture has are none.
  if (digits === undefined || !(seconds >= 1e-6)) {
    throw new InvalidArgumentError('It must be a span of time, as 1s, 500ms, 5m or 1h.');
  }
  return seconds;
}
