import { InvalidArgumentError } from 'commander';
import type { AskedMoment } from '../engine/sockets.ts';

const NANOSECONDS = 1_000_000_000n;
const DAY = 86_400n * NANOSECONDS;

const SENTENCE =
  'It must be a clock time (12:00:01.5 or 2026-12-01T12:00:01Z), an offset from the first packet (+12.5s) or a frame (#123).';

/** A moment of a capture as `--at` takes it. Clock times without a zone are those of the time zone at hand. */
export function moment(text: string): AskedMoment {
  const asked = text.trim();
  const [, frame] = /^#(\d{1,15})$/.exec(asked) ?? [];
  if (frame !== undefined && Number(frame) > 0) return { asked, kind: 'frame', frame: Number(frame) };
  const [, offset] = /^\+(\d{1,9}(?:\.\d{1,9})?)s?$/.exec(asked) ?? [];
  if (offset !== undefined) {
    return { asked, kind: 'offset', nanoseconds: Math.round(Number(offset) * 1e9) };
  }
  const since1970 = ofDay(asked) ?? ofDate(asked);
  if (since1970 === null) throw new InvalidArgumentError(SENTENCE);
  return { asked, kind: 'clock', since1970 };
}

type Clock = Extract<AskedMoment, { kind: 'clock' }>['since1970'];

/** `12:00:01.5`: the first such time from the first packet on, by the zone at hand. */
function ofDay(text: string): Clock | null {
  const [, hours, minutes, seconds, fraction = ''] =
    /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59 || !(Number(seconds) <= 59)) return null;
  return (start) => {
    const day = new Date(Number(start / 1_000_000n));
    day.setHours(Number(hours), Number(minutes), Number(seconds), 0);
    const time = BigInt(day.getTime()) * 1_000_000n + nanosecondsOf(fraction);
    return time < start ? time + DAY : time;
  };
}

/** `2026-12-01T12:00:01.5Z`, `2026-12-01 12:00:01+01:00`. */
function ofDate(text: string): Clock | null {
  const [, date, time, fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  if (date === undefined) return null;
  const milliseconds = new Date(`${date}T${time}${zone.toUpperCase()}`).getTime();
  if (Number.isNaN(milliseconds)) return null;
  return () => BigInt(milliseconds) * 1_000_000n + nanosecondsOf(fraction);
}

function nanosecondsOf(fraction: string): bigint {
  return BigInt(fraction.padEnd(9, '0'));
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
