import { describe, expect, it } from 'vitest';
import { LineBytes, Piece } from '../../src/fast/report/line-bytes.ts';
import fc from '../support/property.ts';

/** What a line reads as in which something else stood before. */
function lineOf(put: (line: LineBytes) => void): string {
  const line = new LineBytes(256);
  line.text('#'.repeat(256));
  line.length = 0;
  put(line);
  return new TextDecoder('utf-8', { fatal: true }).decode(line.all);
}

const text = fc.string({ unit: 'grapheme', maxLength: 10 });

describe('a line of bytes', () => {
  it('has texts, as they are or in pieces, and parts of other lines', () => {
    fc.assert(
      fc.property(text, text, fc.string(), fc.nat(8), (first, second, third, skipped) => {
        const other = new LineBytes(256);
        other.text(third);
        const from = Math.min(skipped, other.length);
        const part = new TextDecoder().decode(other.all.subarray(from));
        const line = lineOf((made) => {
          made.put(new Piece(first));
          made.text(second);
          made.part(other, from, other.length - from);
          made.put(new Piece('.'));
        });
        expect(line).toBe(`${first}${second}${part}.`);
      }),
    );
  });

  it('has numbers as JavaScript writes them', () => {
    const numbers = fc.oneof(
      fc.nat(),
      fc.nat(2000),
      fc.maxSafeNat(),
      fc.constantFrom(0, 9, 10, 99, 100, 999, 1000),
    );
    fc.assert(
      fc.property(numbers, (number) => {
        expect(lineOf((line) => line.number(number))).toBe(`${number}`);
      }),
    );
  });

  it('has nanoseconds with leading zeros', () => {
    const numbers = fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 999, 1000, 999_999, 1_000_000));
    fc.assert(
      fc.property(numbers, (number) => {
        expect(lineOf((line) => line.nineDigits(number))).toBe(String(number).padStart(9, '0'));
      }),
    );
  });

  it('has spans as JavaScript writes them, down to a nanosecond, and null', () => {
    const nanoseconds = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(2e9),
      fc.nat(5000),
      fc.nat(5000).map((seconds) => 1e9 * seconds),
      fc.constantFrom(999, 1000, 1e15 - 1, 1e15),
    );
    fc.assert(
      fc.property(nanoseconds, fc.boolean(), (count, negative) => {
        const seconds = (negative ? -count : count) / 1e9;
        expect(lineOf((line) => line.seconds(seconds))).toBe(String(seconds));
      }),
      { numRuns: 2000 },
    );
    expect(lineOf((line) => line.seconds(Number.NaN))).toBe('null');
  });
});
