/**
 * Sequence number arithmetic modulo 2^32 (RFC 9293 3.4). A sequence number is a signed 32-bit integer (`x | 0`);
 * the order of two is the sign of their difference, right while they lie less than 2^31 apart. This is the only
 * file that compares sequence numbers.
 */

/** `a` stands before `b`. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** `a` stands before `b` or is `b`. */
export function atOrBefore(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

/** `a` stands after `b`. */
export function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** `a` stands after `b` or is `b`. */
export function atOrAfter(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

/** The number `count` octets after `a`. */
export function advance(a: number, count: number): number {
  return (a + count) | 0;
}

/** How many octets `b` stands after `a`: negative when it stands before. */
export function distance(a: number, b: number): number {
  return (b - a) | 0;
}

export function latest(a: number, b: number): number {
  return ((a - b) | 0) >= 0 ? a : b;
}

/** The number as printed, 0 … 2^32-1. */
export function unsigned(a: number): number {
  return a >>> 0;
}
