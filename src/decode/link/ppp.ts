import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP } from '../cursor.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MPLS, PPP_UNKNOWN } from '../network/ether-types.ts';

/** Address and control field of RFC 1662 3.1, which a link may leave out. */
const ALL_STATIONS = 0xff03;
/** Protocols from here on are PPP's own; those below carry packets. */
const FIRST_CONTROL = 0x8000;
const PROTOCOLS: ReadonlyMap<number, number> = new Map([
  [0x0021, ETHERTYPE_IPV4],
  [0x0057, ETHERTYPE_IPV6],
  [0x0281, ETHERTYPE_MPLS],
]);

/** PPP as a link layer (LINKTYPE_PPP, LINKTYPE_PPP_HDLC). */
export function ppp(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < 2) return CUT;
  if (view.getUint16(at) === ALL_STATIONS) cursor.offset = at + 2;
  return pppProtocol(cursor);
}

/** The protocol field of PPP (RFC 1661 2), which may be one byte long. */
export function pppProtocol(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < 2) return CUT;
  const first = view.getUint8(at);
  const isShort = (first & 1) !== 0;
  const protocol = isShort ? first : view.getUint16(at);
  cursor.offset = at + (isShort ? 1 : 2);
  return PROTOCOLS.get(protocol) ?? (protocol >= FIRST_CONTROL ? NOT_TCP : PPP_UNKNOWN);
}
