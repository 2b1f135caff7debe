import type { Cursor } from '../cursor.ts';
import { CUT } from '../cursor.ts';
import { cooked } from './cooked.ts';

const HEADER = 16;

/** Linux "cooked" capture, version 1 (LINKTYPE_LINUX_SLL): the EtherType is its last field. */
export function sll(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < HEADER) return CUT;
  cursor.offset = at + HEADER;
  return cooked(cursor, view.getUint16(at + 14), view.getUint16(at + 2));
}
