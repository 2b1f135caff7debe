import {
  ALERT,
  LONGEST_FAREWELL,
  OTHER,
  RECORD_HEADER,
  SEALED_ALERT,
  TYPE_ALERT,
  TYPE_DATA,
  UNKNOWN,
  VERSION_3,
} from './content-codes.ts';
import type { Segment } from './segment.ts';

/** What the payload of a segment is. `wasm/read-packet.ts` says the same. */
export function contentOf({ view, optionsOffset, optionsLength, length, capturedEnd }: Segment): number {
  // An alert has a record header and at least one byte.
  if (length <= RECORD_HEADER || length > LONGEST_FAREWELL) return OTHER;
  const start = optionsOffset + optionsLength;
  if (start + RECORD_HEADER > capturedEnd) return UNKNOWN;
  if (view.getUint8(start + 1) !== VERSION_3) return OTHER;
  const type = view.getUint8(start);
  const size = view.getUint16(start + 3);
  if (RECORD_HEADER + size > length) return OTHER;
  return type === TYPE_ALERT || (type === TYPE_DATA && size === SEALED_ALERT) ? ALERT : OTHER;
}
