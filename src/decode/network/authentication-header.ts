import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT } from '../cursor.ts';

const FIXED = 12;

/** IP Authentication Header (RFC 4302 2): its length counts 32-bit words, less two. Returns the protocol behind it. */
export function authenticationHeader(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < FIXED) return CUT;
  const length = (cursor.view.getUint8(at + 1) + 2) * 4;
  if (length < FIXED || length > cursor.wireEnd - at) return CORRUPT;
  cursor.offset = at + length;
  return cursor.view.getUint8(at);
}
