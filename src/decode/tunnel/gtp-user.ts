import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../network/ether-types.ts';

const HEADER = 8;
const USER_PACKET = 255;
/** Version 1, protocol type GTP. */
const VERSION_AND_TYPE = 0x30;
const HAS_EXTENSION = 0x04;
/** Sequence number, N-PDU number and the type of the next extension header are there if any of them is. */
const HAS_OPTIONAL = 0x07;
const OPTIONAL = 4;

/**
 * GTP-U (3GPP TS 29.281 5): what a mobile network carries for its users. The tunnel's identifier is another one in each direction, and
 * changes while a connection lives, so that it says nothing of whose packets these are: the addresses around it do.
 */
export function gtpUser(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  const flags = view.getUint8(at);
  if ((flags & 0xf0) !== VERSION_AND_TYPE) return TUNNEL;
  if (view.getUint8(at + 1) !== USER_PACKET) return NOT_TCP;
  cursor.offset = at + HEADER;
  if ((flags & HAS_OPTIONAL) !== 0) {
    if (cursor.end - cursor.offset < OPTIONAL) return CUT;
    cursor.offset += OPTIONAL;
  }
  if ((flags & HAS_EXTENSION) !== 0) {
    const outcome = passExtensions(cursor);
    if (outcome !== 0) return outcome;
  }
  if (cursor.offset >= cursor.end) return CUT;
  const version = view.getUint8(cursor.offset) >> 4;
  return version === 4 ? ETHERTYPE_IPV4 : version === 6 ? ETHERTYPE_IPV6 : TUNNEL;
}

/** Each begins with its length in words, and ends with the type of the next one, as the header before them does. */
function passExtensions(cursor: Cursor): number {
  const { view } = cursor;
  while (view.getUint8(cursor.offset - 1) !== 0) {
    const at = cursor.offset;
    if (at >= cursor.end) return CUT;
    const length = view.getUint8(at) * 4;
    if (length === 0 || length > cursor.wireEnd - at) return CORRUPT;
    if (length > cursor.end - at) return CUT;
    cursor.offset = at + length;
  }
  return 0;
}
