import { describe, expect, it } from 'vitest';
import { interval, moment, momentOf } from '../../src/cli/moments.ts';
import { UTC, type Zone } from '../../src/report/text/clock.ts';

const BERLIN: Zone = () => 60;
/** 2026-12-01 11:59:59.5 UTC, in nanoseconds. */
const START = BigInt(Date.UTC(2026, 11, 1, 11, 59, 59, 500)) * 1_000_000n;

/** The moment in UTC, with what is behind the milliseconds. */
function clock(text: string, zone: Zone, start = START): string {
  const asked = momentOf(text, zone);
  if (asked?.kind !== 'clock') throw new Error(`${text} is no clock time`);
  const time = asked.since1970(start);
  return `${new Date(Number(time / 1_000_000n)).toISOString()} ${time % 1_000_000n}`;
}

describe('a moment', () => {
  it.each([
    ['12:00:01.25', UTC, '2026-12-01T12:00:01.250Z 0'],
    ['12:00:01.000000001', UTC, '2026-12-01T12:00:01.000Z 1'],
    ['13:00:01', BERLIN, '2026-12-01T12:00:01.000Z 0'],
    // Before the first packet: on the next day.
    ['11:59:59', UTC, '2026-12-02T11:59:59.000Z 0'],
    ['00:30:00', BERLIN, '2026-12-01T23:30:00.000Z 0'],
    ['2026-12-01T12:00:01Z', BERLIN, '2026-12-01T12:00:01.000Z 0'],
    ['2026-12-01 12:00:01', BERLIN, '2026-12-01T11:00:01.000Z 0'],
    ['2026-12-01t12:00:01.5+01:00', UTC, '2026-12-01T11:00:01.500Z 0'],
  ])('%s', (text, zone, expected) => expect(clock(text, zone)).toBe(expected));

  it('is an offset or a frame', () => {
    expect(momentOf('+12.5s', UTC)).toEqual({ asked: '+12.5s', kind: 'offset', nanoseconds: 12_500_000_000 });
    expect(momentOf(' +3 ', UTC)).toEqual({ asked: '+3', kind: 'offset', nanoseconds: 3_000_000_000 });
    expect(momentOf('#7', UTC)).toEqual({ asked: '#7', kind: 'frame', frame: 7 });
  });

  it.each([
    '',
    'noon',
    '12:0',
    '24:00',
    '24:00:00',
    '12:60:00',
    '2026-13-01T00:00:00Z',
    '#0',
    '#x',
    '+',
    '-5s',
    '5',
  ])('is not %j', (text) => expect(() => moment(text)).toThrow('It must be a clock time'));
});

describe('a span', () => {
  it.each([
    ['1', 1],
    ['1s', 1],
    ['0.5s', 0.5],
    ['250ms', 0.25],
    ['5m', 300],
    ['1h', 3600],
  ])('of %s', (text, seconds) => expect(interval(text)).toBe(seconds));

  it.each(['0', '0s', 'soon', '-1s', '1d', ''])('is not %j', (text) =>
    expect(() => interval(text)).toThrow('It must be a span of time'),
  );
});
