import type { Cursor } from './cursor.ts';
import { CUT } from './cursor.ts';
import { passTags } from './tags.ts';

const HEADER = 16;

/** Linux "cooked" capture, version 1 (LINKTYPE_LINUX_SLL): the EtherType is its last field. */
export function sll(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < HEADER) return CUT;
  cursor.offset = at + HEADER;
  return passTags(cursor, cursor.view.getUint16(at + 14));
}
