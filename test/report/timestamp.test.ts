import { describe, expect, it } from 'vitest';
import { dateTime, formatTimestamp } from '../../src/report/timestamp.ts';
import fc from '../support/property.ts';

describe('a date', () => {
  it('is that of the calendar, to the nanosecond', () => {
    expect(dateTime('1795260210.766134001')).toBe('2026-11-21T11:23:30.766134001Z');
    expect(dateTime('-1.5')).toBe('1970-01-01T00:00:00.000000000Z');
    fc.assert(
      fc.property(fc.nat({ max: 253_402_300_799 }), (seconds) => {
        const wanted = new Date(seconds * 1000).toISOString().slice(0, 19);
        expect(dateTime(`${seconds}.000000007`)).toBe(`${wanted}.000000007Z`);
      }),
    );
  });
});

describe('a time of the report', () => {
  /** The definition, in 64-bit integers. */
  const exactly = (epoch: bigint, time: number): string => {
    const nanoseconds = epoch + BigInt(Math.round(time));
    const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
    const digits = String(absolute % 1_000_000_000n).padStart(9, '0');
    return `${nanoseconds < 0n ? '-' : ''}${absolute / 1_000_000_000n}.${digits}`;
  };

  it('is exact, before 1970 too', () => {
    const epochs = [0n, 1n, -1n, 999_999_999n, 1_795_260_210_766_134_001n, -1_500_000_000n];
    const times = [0, -0.4, 1.5, 1e9 - 1, 1e9, -1, -1e9, -3e9 - 7, 9_007_199e9 - 1, 2 ** 53];
    for (const epoch of epochs) {
      for (const time of times) expect(formatTimestamp(epoch, time)).toBe(exactly(epoch, time));
    }
    const nanoseconds = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    fc.assert(
      fc.property(nanoseconds, fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (epoch, time) => {
        // The longer is more than a clock of 64 bits can say.
        for (const one of [time, 4096 * time]) expect(formatTimestamp(epoch, one)).toBe(exactly(epoch, one));
      }),
    );
  });
});
