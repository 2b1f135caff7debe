import { describe, expect, it } from 'vitest';
import * as sequence from '../../src/machine/sequence.ts';
import fc from '../support/property.ts';

const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const step = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const {
  after: isAfter,
  before: isBefore,
  advance,
  atOrAfter,
  atOrBefore,
  distance,
  latest,
  unsigned,
} = sequence;

describe('sequence arithmetic', () => {
  it('orders a number before each of the next 2^31 - 1, wherever it wraps', () => {
    fc.assert(
      fc.property(number, step, (a, n) => {
        const b = advance(a, n);
        expect([isBefore(a, b), isAfter(b, a), atOrBefore(a, b), atOrAfter(b, a)]).toEqual([
          true,
          true,
          true,
          true,
        ]);
        expect([isBefore(b, a), isAfter(a, b), atOrBefore(b, a), atOrAfter(a, b)]).toEqual([
          false,
          false,
          false,
          false,
        ]);
        expect([latest(a, b), latest(b, a)]).toEqual([b, b]);
        expect(distance(a, b)).toBe(n);
      }),
    );
  });

  it('has every number at itself, neither before nor after', () => {
    fc.assert(
      fc.property(number, (a) => {
        expect([isBefore(a, a), isAfter(a, a), atOrBefore(a, a), atOrAfter(a, a)]).toEqual([
          false,
          false,
          true,
          true,
        ]);
        expect(distance(a, a)).toBe(0);
      }),
    );
  });

  it('advances in any order of steps to the same number, and back', () => {
    fc.assert(
      fc.property(number, step, step, (a, m, n) => {
        expect(advance(advance(a, m), n)).toBe(advance(advance(a, n), m));
        expect(advance(advance(a, m), -m)).toBe(a);
      }),
    );
  });

  it('prints numbers from 0 to 2^32 - 1', () => {
    fc.assert(
      fc.property(number, (a) => {
        expect(unsigned(a)).toBeGreaterThanOrEqual(0);
        expect(unsigned(a)).toBeLessThan(2 ** 32);
        expect(unsigned(a) | 0).toBe(a);
      }),
    );
    expect(unsigned(advance(-1, 1))).toBe(0);
  });
});
