import type { PacketRecord } from '../capture/record.ts';
import { contentOf } from '../decode/content.ts';
import { ALERT, LONGEST_FAREWELL, RECORD_HEADER, UNKNOWN } from '../decode/content-codes.ts';
import { createSegment } from '../decode/create-segment.ts';
import { createCursor, SEGMENT } from '../decode/cursor.ts';
import { ETHERNET, LINK_TYPES } from '../decode/link/link-layers.ts';
import { isChecksumWrong } from '../decode/network/checksum.ts';
import { createIcmpError } from '../decode/network/icmp-error.ts';
import { openPacket } from '../decode/open-packet.ts';
import { createAround } from '../decode/tunnel/around.ts';
import { Contexts } from '../decode/tunnel/contexts.ts';

/** LINKTYPE_RAW: the packet begins with its IP header. */
const RAW = 101;

/**
 * Where the headers of a TCP packet stand, in bytes from the packet's first, and what cannot be told from them alone. A packet in a
 * tunnel begins with its own IP header: what is around it is left out.
 */
export interface Headers {
  readonly linkType: number;
  /** Bytes of the record in front of the packet. */
  readonly around: number;
  readonly ip: number;
  readonly tcp: number;
  /** End of what was captured of the TCP header. */
  readonly end: number;
  /** Payload bytes by the IP header. */
  readonly payload: number;
  /**
   * Of a short payload, how many of its first bytes tell what it is, and whether it is an alert of TLS; 0 where they were not
   * captured, or need not be asked.
   */
  readonly told: number;
  readonly isAlert: boolean;
  /** Null where the packet was not captured whole. */
  readonly isTcpChecksumWrong: boolean | null;
}

/** Finds the headers by the decoder's own readers; null where the packet is no TCP segment to them. */
export function headersOf(record: PacketRecord): Headers | null {
  const { view, offset, captured, original, linkType } = record;
  const link = LINK_TYPES.get(linkType);
  if (link === undefined) return null;
  const end = offset + captured;
  const cursor = createCursor(view, offset, end, offset + Math.max(original, captured));
  const segment = createSegment();
  segment.view = view;
  const around = createAround();
  const outcome = openPacket(link.decode(cursor), cursor, segment, around, new Contexts(), createIcmpError());
  if (outcome !== SEGMENT) return null;
  // A frame within what another link layer carries has hardware addresses of its own.
  const isInside =
    link.secrets === 'left-out' || around.context !== 0 || (cursor.macs >= 0 && linkType !== ETHERNET);
  const from = isInside ? cursor.ip : offset;
  const { optionsOffset, optionsLength, length } = segment;
  segment.capturedEnd = end;
  const content = contentOf(segment);
  const isAsked = length > RECORD_HEADER && length <= LONGEST_FAREWELL && content !== UNKNOWN;
  return {
    linkType: isInside ? RAW : linkType,
    around: from - offset,
    ip: cursor.ip - from,
    tcp: cursor.offset - from,
    end: Math.min(end, optionsOffset + optionsLength) - from,
    payload: length,
    told: isAsked ? RECORD_HEADER : 0,
    isAlert: content === ALERT,
    isTcpChecksumWrong: isChecksumWrong(segment, end),
  };
}
