import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP } from '../cursor.ts';
import { ETHERTYPE_IPV4, isUsualEtherType } from '../network/ether-types.ts';
import { passTags } from './tags.ts';

const HEADER = 14;
/** Below this the field is a length, and LLC follows (IEEE 802.3 3.2.6). */
const FIRST_ETHERTYPE = 0x600;
const SNAP = 8;

/** Ethernet: two addresses and an EtherType, behind which there may be VLAN tags; or a length, LLC and SNAP. */
export function ethernet(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < HEADER) return CUT;
  const type = cursor.view.getUint16(at + 12);
  cursor.macs = at;
  cursor.offset = at + HEADER;
  if (type === ETHERTYPE_IPV4) return type;
  return etherTypeBehindTags(cursor, type);
}

/** The EtherType behind the tags at the cursor, or that of SNAP where the field is a length. */
export function etherTypeBehindTags(cursor: Cursor, first: number): number {
  const type = passTags(cursor, first);
  return type < 0 || type >= FIRST_ETHERTYPE ? type : llc(cursor);
}

/** LLC (IEEE 802.2): returns the EtherType of SNAP. */
export function llc(cursor: Cursor): number {
  // RFC 1042: AA AA 03, an organisation code of zero, and an EtherType.
  const at = cursor.offset;
  if (cursor.end - at < SNAP) return NOT_TCP;
  if (cursor.view.getUint32(at) !== 0xaaaa0300 || cursor.view.getUint16(at + 4) !== 0) return NOT_TCP;
  cursor.offset = at + SNAP;
  return cursor.view.getUint16(at + 6);
}

/** What stands there has an EtherType where an Ethernet frame has it. */
export function looksLikeEthernet({ view, end }: Cursor, at: number): boolean {
  return end - at >= HEADER && isUsualEtherType(view.getUint16(at + 12));
}
