import type { PacketRecord } from '../capture/record.ts';
import { isChecksumWrong } from '../decode/checksum.ts';
import { createSegment } from '../decode/create-segment.ts';
import { createCursor, SEGMENT } from '../decode/cursor.ts';
import { TCP } from '../decode/ip-protocols.ts';
import { ipv4 } from '../decode/ipv4.ts';
import { ipv6 } from '../decode/ipv6.ts';
import { LINK_LAYERS } from '../decode/link-layers.ts';
import { tcp } from '../decode/tcp.ts';

/** Where the headers of a TCP packet stand, in bytes from the packet's first, and what cannot be told from them alone. */
export interface Headers {
  readonly linkType: number;
  readonly ip: number;
  readonly tcp: number;
  /** End of what was captured of the TCP header. */
  readonly end: number;
  /** Payload bytes by the IP header. */
  readonly payload: number;
  /** Null where the packet was not captured whole. */
  readonly isTcpChecksumWrong: boolean | null;
}

/** Finds the headers by the decoder's own readers; null where the packet is no TCP segment to them. */
export function headersOf(record: PacketRecord): Headers | null {
  const { view, offset, captured, original, linkType } = record;
  const link = LINK_LAYERS.get(linkType);
  const end = offset + captured;
  const cursor = createCursor(view, offset, end, offset + Math.max(original, captured));
  if (link === undefined || link(cursor) < 0 || cursor.offset >= end) return null;
  const ip = cursor.offset;
  const segment = createSegment();
  segment.view = view;
  const protocol = view.getUint8(ip) >> 4 === 4 ? ipv4(cursor, segment) : ipv6(cursor, segment);
  if (protocol !== TCP || tcp(cursor, segment) !== SEGMENT) return null;
  const { optionsOffset, optionsLength, length } = segment;
  return {
    linkType,
    ip: ip - offset,
    tcp: cursor.offset - offset,
    end: Math.min(captured, optionsOffset + optionsLength - offset),
    payload: length,
    isTcpChecksumWrong: isChecksumWrong(segment, end),
  };
}
