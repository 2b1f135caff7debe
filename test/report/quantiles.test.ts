import { describe, expect, it } from 'vitest';
import { Quantiles } from '../../src/report/summary/quantiles.ts';
import fc from '../support/property.ts';

const SECONDS = fc.array(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });

function of(values: readonly number[]): Quantiles {
  const quantiles = new Quantiles();
  for (const value of values) quantiles.add(value);
  return quantiles;
}

describe('a distribution of durations', () => {
  it('is null where nothing was counted', () => {
    expect(new Quantiles().distribution()).toBeNull();
  });

  it('is exact where all are the same, and for what takes no time', () => {
    expect(of([5.25, 5.25]).distribution()).toEqual({
      count: 2,
      min: 5.25,
      median: 5.25,
      p95: 5.25,
      max: 5.25,
    });
    expect(of([0, 0, 0]).distribution()).toEqual({ count: 3, min: 0, median: 0, p95: 0, max: 0 });
  });

  it('has every quantile within 0.5 % of the value of that rank (and 0.05 % of rounding)', () => {
    fc.assert(
      fc.property(SECONDS, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const exact =
          [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
        expect(Math.abs(of(values).quantile(share) - exact)).toBeLessThanOrEqual(exact * 0.0056);
      }),
    );
  });

  it('keeps minimum and maximum as they are, with the rest between them', () => {
    fc.assert(
      fc.property(SECONDS, (values) => {
        const found = of(values).distribution();
        expect(found).toMatchObject({
          count: values.length,
          min: Math.min(...values),
          max: Math.max(...values),
        });
        if (!found) return;
        expect(found.min).toBeLessThanOrEqual(found.median);
        expect(found.median).toBeLessThanOrEqual(found.p95);
        expect(found.p95).toBeLessThanOrEqual(found.max);
      }),
    );
  });

  it('is the same counted at once or merged', () => {
    fc.assert(
      fc.property(SECONDS, SECONDS, (a, b) => {
        const merged = of(a);
        merged.merge(of(b));
        expect(merged.distribution()).toEqual(of([...a, ...b]).distribution());
      }),
    );
  });

  it('counts what is near a value', () => {
    const quantiles = of([4.9, 5, 5, 5.1, 60]);
    expect(quantiles.near(5, 0.05)).toBe(4);
    expect(quantiles.near(60, 0.05)).toBe(1);
  });
});
