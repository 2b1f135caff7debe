import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT } from '../cursor.ts';
import type { Segment } from '../segment.ts';
import { authenticationHeader } from './authentication-header.ts';
import { ipFragment } from './ip-fragment.ts';
import { AUTHENTICATION_HEADER } from './ip-protocols.ts';

const FIXED = 20;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** IPv4 (RFC 791 3.1), options passed over. Returns the protocol behind it. */
export function ipv4(cursor: Cursor, segment: Segment): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < FIXED) return CUT;
  const versionAndLength = view.getUint8(at);
  if (versionAndLength >> 4 !== 4) return CORRUPT;
  const header = (versionAndLength & 0x0f) * 4;
  const protocol = view.getUint8(at + 9);
  const total = view.getUint16(at + 2);
  if (total === 0) {
    // Segmentation offload hands the capture a packet whose length the card has yet to write, or one too long for
    // the field (BIG TCP): then the packet is as long as the record says that it was on the wire.
    if (header < FIXED) return CORRUPT;
  } else {
    if (header < FIXED || total < header) return CORRUPT;
    cursor.wireEnd = at + total;
    // What follows in the frame is Ethernet padding.
    if (cursor.end > cursor.wireEnd) cursor.end = cursor.wireEnd;
  }
  cursor.ip = at;
  cursor.offset = at + header;
  segment.ipVersion = 4;
  segment.source0 = 0;
  segment.source1 = 0;
  segment.source2 = 0;
  segment.source3 = view.getInt32(at + 12);
  segment.destination0 = 0;
  segment.destination1 = 0;
  segment.destination2 = 0;
  segment.destination3 = view.getInt32(at + 16);
  segment.ttl = view.getUint8(at + 8);
  segment.ipId = view.getUint16(at + 4);
  const fragment = view.getUint16(at + 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
  if (fragment !== 0) {
    const hasMore = (fragment & MORE_FRAGMENTS) !== 0;
    return ipFragment(cursor, protocol, (fragment & FRAGMENT_OFFSET) * 8, hasMore, segment.ipId);
  }
  return protocol === AUTHENTICATION_HEADER ? authenticationHeader(cursor) : protocol;
}
