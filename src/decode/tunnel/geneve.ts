import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import type { Around } from './around.ts';

const HEADER = 8;
const IS_CONTROL = 0x80;

/** Geneve (RFC 8926 3.4): its protocol type is an EtherType. */
export function geneve(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  const versionAndLength = view.getUint8(at);
  if (versionAndLength >> 6 !== 0) return TUNNEL;
  const header = HEADER + (versionAndLength & 0x3f) * 4;
  if (header > cursor.wireEnd - at) return CORRUPT;
  if ((view.getUint8(at + 1) & IS_CONTROL) !== 0) return NOT_TCP;
  around.id = view.getUint32(at + 4) >>> 8;
  cursor.offset = at + header;
  return view.getUint16(at + 2);
}
