/** The one's complement sum of 16-bit words (RFC 1071), not yet complemented; an odd last byte is padded with zero. */
export function sumOf(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let sum = start;
  for (let at = from; at < to; at += 2)
    sum += ((bytes[at] ?? 0) << 8) | (at + 1 < to ? (bytes[at + 1] ?? 0) : 0);
  return folded(sum);
}

/** Brings a sum to 16 bits by end-around carries. */
export function folded(sum: number): number {
  let carried = sum;
  while (carried > 0xffff) carried = (carried & 0xffff) + Math.floor(carried / 0x1_0000);
  return carried;
}

/** The checksum field that makes a sum without it right. */
export function checksumFor(sum: number): number {
  return ~folded(sum) & 0xffff;
}
