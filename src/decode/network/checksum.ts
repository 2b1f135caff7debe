import type { Segment } from '../segment.ts';

const TCP = 6;
const TCP_HEADER = 20;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Version 4 and a header of five words. */
const PLAIN_IPV4 = 0x45;
const MORE_FRAGMENTS = 0x2000;

/** What the checksum of a segment says. */
export type Checksum = 'right' | 'wrong' | 'unknown';

/**
 * Whether the TCP checksum of a segment is wrong (RFC 9293 3.1): the one's complement sum of pseudo-header, header and
 * payload. Null where it cannot be told, since the snap length cut the segment.
 *
 * @param end of the bytes that were captured
 */
export function isChecksumWrong(segment: Segment, end: number): boolean | null {
  const { view } = segment;
  const start = segment.optionsOffset - TCP_HEADER;
  const length = lengthOf(segment, start);
  if (start + length > end) return null;
  return sum(view, start, length, pseudoHeader(segment, length)) !== 0xffff;
}

/**
 * The same for a segment as it stood on the wire. What the network card of the sender has yet to fill in is `unknown`: a
 * field of zero, or the sum of the pseudo-header alone (checksum offload, and segments that the receiver's card or kernel
 * put together). So is what is not the one whole segment of a plain IP packet. `wasm/checksum.ts` says the same.
 */
export function checksumOf(segment: Segment): Checksum {
  const { view } = segment;
  const start = segment.optionsOffset - TCP_HEADER;
  if (start < 0 || segment.optionsOffset > segment.capturedEnd) return 'unknown';
  const length = lengthOf(segment, start);
  if (start + length > segment.capturedEnd || !isWhole(segment, start, length)) return 'unknown';
  const field = view.getUint16(start + 16);
  const pseudo = pseudoHeader(segment, length);
  if (field === 0 || field === folded(pseudo) || field === folded(pseudo - length)) return 'unknown';
  return sum(view, start, length, pseudo) === 0xffff ? 'right' : 'wrong';
}

/** Of the header and the payload. */
function lengthOf({ view, length }: Segment, start: number): number {
  return (view.getUint8(start + 12) >> 4) * 4 + length;
}

function isWhole({ view, ipVersion }: Segment, start: number, length: number): boolean {
  if (ipVersion === 6) {
    const ip = start - IPV6_HEADER;
    return (
      ip >= 0 &&
      view.getUint8(ip) >> 4 === 6 &&
      view.getUint16(ip + 4) === length &&
      view.getUint8(ip + 6) === TCP
    );
  }
  const ip = start - IPV4_HEADER;
  return (
    ip >= 0 &&
    view.getUint8(ip) === PLAIN_IPV4 &&
    view.getUint16(ip + 2) === IPV4_HEADER + length &&
    (view.getUint16(ip + 6) & MORE_FRAGMENTS) === 0
  );
}

/** Sum of the pseudo-header (RFC 9293 3.1), not folded. */
function pseudoHeader(segment: Segment, length: number): number {
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
  return sum;
}

function sum(view: DataView, start: number, length: number, before: number): number {
  let total = before;
  const even = length & ~1;
  for (let at = 0; at < even; at += 2) total += view.getUint16(start + at);
  if (even !== length) total += view.getUint8(start + even) << 8;
  return folded(total);
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x1_0000);
  return rest;
}
