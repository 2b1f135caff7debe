import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** As `expect(condition).toBe(true)`, for loops in which a million of those would take minutes. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** As `expect(actual).toEqual(expected)`, which takes ten times as long where the two are the same. */
export function mustEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
