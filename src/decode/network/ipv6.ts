import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT } from '../cursor.ts';
import type { Segment } from '../segment.ts';
import { authenticationHeader } from './authentication-header.ts';
import { ipFragment } from './ip-fragment.ts';
import { AUTHENTICATION_HEADER, TCP } from './ip-protocols.ts';

const FIXED = 40;
const FRAGMENT_HEADER = 44;
/** Of its second half-word: the offset in bytes, and whether more fragments follow. */
const OFFSET = 0xfff8;
const MORE = 1;
const FRAGMENTED = 0xfff9;

/** IPv6 (RFC 8200 3) and its extension headers. Returns the protocol behind them. */
export function ipv6(cursor: Cursor, segment: Segment): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < FIXED) return CUT;
  if (view.getUint8(at) >> 4 !== 6) return CORRUPT;
  const payload = view.getUint16(at + 4);
  // Zero: segmentation offload or a jumbogram (RFC 2675), as long as the record says that it was on the wire.
  if (payload !== 0) {
    cursor.wireEnd = at + FIXED + payload;
    if (cursor.end > cursor.wireEnd) cursor.end = cursor.wireEnd;
  }
  cursor.ip = at;
  cursor.offset = at + FIXED;
  segment.ipVersion = 6;
  segment.source0 = view.getInt32(at + 8);
  segment.source1 = view.getInt32(at + 12);
  segment.source2 = view.getInt32(at + 16);
  segment.source3 = view.getInt32(at + 20);
  segment.destination0 = view.getInt32(at + 24);
  segment.destination1 = view.getInt32(at + 28);
  segment.destination2 = view.getInt32(at + 32);
  segment.destination3 = view.getInt32(at + 36);
  segment.ttl = view.getUint8(at + 7);
  segment.ipId = -1;
  const next = view.getUint8(at + 6);
  return next === TCP ? next : passExtensionHeaders(cursor, next);
}

/** RFC 8200 4: a chain of headers, each naming the next; it ends, since each is at least eight bytes long. */
function passExtensionHeaders(cursor: Cursor, first: number): number {
  const { view } = cursor;
  let next = first;
  let fragment = 0;
  for (;;) {
    const at = cursor.offset;
    switch (next) {
      case 0: // Hop-by-Hop Options
      case 43: // Routing
      case 60: // Destination Options
      case 135: // Mobility, RFC 6275
      case 139: // HIP, RFC 7401
      case 140: {
        // Shim6, RFC 5533
        if (cursor.end - at < 8) return CUT;
        const length = (view.getUint8(at + 1) + 1) * 8;
        if (length > cursor.wireEnd - at) return CORRUPT;
        cursor.offset = at + length;
        next = view.getUint8(at);
        break;
      }
      case FRAGMENT_HEADER:
        if (cursor.end - at < 8) return CUT;
        next = view.getUint8(at);
        cursor.offset = at + 8;
        fragment = view.getUint16(at + 2);
        // RFC 6946 2: an atomic fragment, offset 0 and nothing more to come, is a whole datagram.
        if ((fragment & FRAGMENTED) === 0) break;
        return ipFragment(cursor, next, fragment & OFFSET, (fragment & MORE) !== 0, view.getInt32(at + 4));
      case AUTHENTICATION_HEADER:
        next = authenticationHeader(cursor);
        if (next < 0) return next;
        break;
      default:
        return next;
    }
  }
}
