import type { Cursor } from './cursor.ts';
import { CUT } from './cursor.ts';
import { passTags } from './tags.ts';

const HEADER = 20;

/** Linux "cooked" capture, version 2 (LINKTYPE_LINUX_SLL2): the EtherType is its first field. */
export function sll2(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < HEADER) return CUT;
  cursor.offset = at + HEADER;
  return passTags(cursor, cursor.view.getUint16(at));
}
