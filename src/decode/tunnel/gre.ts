import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import { ETHERNET_FRAME } from '../network/ether-types.ts';
import type { Around } from './around.ts';

const HEADER = 4;
const WORD = 4;
const HAS_CHECKSUM = 0x8000;
const HAS_ROUTING = 0x4000;
const HAS_KEY = 0x2000;
const HAS_SEQUENCE = 0x1000;
const VERSION = 0x0007;

/** Protocol types of Cisco's mirror ports: types I and II, and type III. */
const ERSPAN = 0x88be;
const ERSPAN_3 = 0x22eb;
const ERSPAN_HEADER = 8;
const ERSPAN_3_HEADER = 12;
const PLATFORM_HEADER = 8;
const SESSION = 0x3ff;

/** GRE (RFC 2784 2, RFC 2890 2): its protocol type is an EtherType. Version 1 is PPTP's, and not opened. */
export function gre(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  const flags = view.getUint16(at);
  if ((flags & VERSION) !== 0 || (flags & HAS_ROUTING) !== 0) return TUNNEL;
  const key = at + HEADER + (flags & HAS_CHECKSUM ? WORD : 0);
  const sequence = key + (flags & HAS_KEY ? WORD : 0);
  const behind = sequence + (flags & HAS_SEQUENCE ? WORD : 0);
  if (behind > cursor.end) return CUT;
  cursor.offset = behind;
  if ((flags & HAS_KEY) !== 0) around.id = view.getUint32(key);
  const protocol = view.getUint16(at + 2);
  if (protocol === ERSPAN)
    return flags & HAS_SEQUENCE ? erspan(cursor, around, ERSPAN_HEADER) : ETHERNET_FRAME;
  if (protocol === ERSPAN_3) return erspan(cursor, around, ERSPAN_3_HEADER);
  // Protocol 0 is a keep-alive of the tunnel.
  return protocol === 0 ? NOT_TCP : protocol;
}

/** draft-foschiano-erspan 4.2, 4.3: the session stands in the second half-word; type III says whether eight bytes more follow. */
function erspan(cursor: Cursor, around: Around, header: number): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < header) return CUT;
  around.id = view.getUint16(at + 2) & SESSION;
  const isLonger = header === ERSPAN_3_HEADER && (view.getUint8(at + 11) & 1) !== 0;
  cursor.offset = at + header + (isLonger ? PLATFORM_HEADER : 0);
  return ETHERNET_FRAME;
}
