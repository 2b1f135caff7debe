import type { Segment } from './segment.ts';

const TCP = 6;
const TCP_HEADER = 20;

/**
 * Whether the TCP checksum of a segment is wrong (RFC 9293 3.1): the one's complement sum of pseudo-header, header and
 * payload. Null where it cannot be told, since the snap length cut the segment.
 *
 * @param end of the bytes that were captured
 */
export function isChecksumWrong(segment: Segment, end: number): boolean | null {
  const start = segment.optionsOffset - TCP_HEADER;
  const { view } = segment;
  const headerLength = (view.getUint8(start + 12) >> 4) * 4;
  const length = headerLength + segment.length;
  if (start + length > end) return null;
  let sum = TCP + length;
  for (const word of [
    segment.source0,
    segment.source1,
    segment.source2,
    segment.source3,
    segment.destination0,
    segment.destination1,
    segment.destination2,
    segment.destination3,
  ]) {
    sum += (word >>> 16) + (word & 0xffff);
  }
  const even = length & ~1;
  for (let at = 0; at < even; at += 2) sum += view.getUint16(start + at);
  if (even !== length) sum += view.getUint8(start + even) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return sum !== 0xffff;
}
