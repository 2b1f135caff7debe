import type { Cursor } from '../cursor.ts';
import { CUT } from '../cursor.ts';
import { cooked } from './cooked.ts';

const HEADER = 20;

/** Linux "cooked" capture, version 2 (LINKTYPE_LINUX_SLL2): the EtherType is its first field. */
export function sll2(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  cursor.offset = at + HEADER;
  return cooked(cursor, view.getUint16(at), view.getUint16(at + 8));
}
