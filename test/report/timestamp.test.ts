import { describe, expect, it } from 'vitest';
import { dateTime } from '../../src/report/timestamp.ts';
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
