import type { Cursor } from '../cursor.ts';
import { CUT, TUNNEL } from '../cursor.ts';
import type { Around } from '../tunnel/around.ts';
import { pppProtocol } from './ppp.ts';

const HEADER = 6;
const VERSION_AND_TYPE = 0x11;

/** A PPPoE session (RFC 2516 4), and PPP in it. */
export function pppoe(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  if (view.getUint8(at) !== VERSION_AND_TYPE || view.getUint8(at + 1) !== 0) return TUNNEL;
  around.id = view.getUint16(at + 2);
  cursor.offset = at + HEADER;
  return pppProtocol(cursor);
}
