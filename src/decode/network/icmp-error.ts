import { createSegment } from '../create-segment.ts';
import type { Cursor } from '../cursor.ts';
import { FRAGMENT, ICMP_ERROR, NOT_TCP } from '../cursor.ts';
import type { Segment } from '../segment.ts';
import { TCP } from './ip-protocols.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';

/** An ICMP error that says why a TCP segment was not delivered. There is one such object per decoder and it is filled over and over. */
export interface IcmpError {
  frame: number;
  /** Nanoseconds since the capture's first record. */
  time: number;
  /** 4 or 6, as ICMP's. */
  ipVersion: number;
  type: number;
  code: number;
  /** Who says so: address words as a segment has them. */
  from0: number;
  from1: number;
  from2: number;
  from3: number;
  /** What it quotes: the tunnel, addresses, ports and sequence number of the segment, and nothing else. */
  readonly quoted: Segment;
}

export function createIcmpError(): IcmpError {
  const nobody = { from0: 0, from1: 0, from2: 0, from3: 0 };
  return { frame: 0, time: Number.NaN, ipVersion: 4, type: 0, code: 0, ...nobody, quoted: createSegment() };
}

const HEADER = 8;
/** Both ports and the sequence number: what every error has of TCP (RFC 792). */
const QUOTED = 8;
const FRAGMENTATION_NEEDED = 4;

/** Types that say that a packet was not delivered: unreachable and time exceeded of RFC 792, and of RFC 4443 3.1 and 3.3. */
const UNDELIVERED: Readonly<Record<4 | 6, readonly number[]>> = { 4: [3, 11], 6: [1, 3] };

/**
 * ICMP, whose IP header the segment has: {@link ICMP_ERROR} where it is an error that quotes a TCP segment, and `error` has it then.
 * That a packet is too large for the path (RFC 1191 4, RFC 4443 3.2) is none.
 */
export function icmpError(cursor: Cursor, outer: Segment, error: IcmpError): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return NOT_TCP;
  const version = outer.ipVersion === 6 ? 6 : 4;
  const type = view.getUint8(at);
  const code = view.getUint8(at + 1);
  if (!UNDELIVERED[version].includes(type)) return NOT_TCP;
  if (version === 4 && type === 3 && code === FRAGMENTATION_NEEDED) return NOT_TCP;
  const { quoted } = error;
  cursor.offset = at + HEADER;
  const protocol = version === 4 ? ipv4(cursor, quoted) : ipv6(cursor, quoted);
  const { fragment } = cursor;
  const isFirst = protocol === FRAGMENT && fragment.at === 0 && fragment.protocol === TCP;
  if (protocol !== TCP && !isFirst) return NOT_TCP;
  if (cursor.end - cursor.offset < QUOTED) return NOT_TCP;
  error.ipVersion = version;
  error.type = type;
  error.code = code;
  error.from0 = outer.source0;
  error.from1 = outer.source1;
  error.from2 = outer.source2;
  error.from3 = outer.source3;
  quoted.sourcePort = view.getUint16(cursor.offset);
  quoted.destinationPort = view.getUint16(cursor.offset + 2);
  quoted.seq = view.getInt32(cursor.offset + 4);
  return ICMP_ERROR;
}
