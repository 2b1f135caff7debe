import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import { ETHERNET_FRAME, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MPLS } from '../network/ether-types.ts';
import type { Around } from './around.ts';

const HEADER = 8;
/** Flags of the first byte: the network identifier is valid; a next protocol is named (GPE); an operator's own message. */
const VALID = 0x08;
const NAMES_PROTOCOL = 0x04;
const IS_MANAGEMENT = 0x01;
/** Next protocols of draft-ietf-nvo3-vxlan-gpe 3.2. */
const NEXT: ReadonlyMap<number, number> = new Map([
  [1, ETHERTYPE_IPV4],
  [2, ETHERTYPE_IPV6],
  [3, ETHERNET_FRAME],
  [5, ETHERTYPE_MPLS],
]);

/** VXLAN (RFC 7348 5), and its Generic Protocol Extension. */
export function vxlan(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  const flags = view.getUint8(at);
  if ((flags & VALID) === 0) return TUNNEL;
  around.id = view.getUint32(at + 4) >>> 8;
  cursor.offset = at + HEADER;
  if ((flags & NAMES_PROTOCOL) === 0) return ETHERNET_FRAME;
  if ((flags & IS_MANAGEMENT) !== 0) return NOT_TCP;
  return NEXT.get(view.getUint8(at + 3)) ?? TUNNEL;
}
