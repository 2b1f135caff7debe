import type { Cursor } from './cursor.ts';
import { CORRUPT, CUT, SEGMENT } from './cursor.ts';
import type { Segment } from './segment.ts';

const FIXED = 20;
/** Ports, sequence and acknowledgment number, offset, flags and window: what a segment cannot do without. */
const ESSENTIAL = 16;

/** The TCP header (RFC 9293 3.1). Options are left where they are; `tcp-options.ts` reads them. */
export function tcp(cursor: Cursor, segment: Segment): number {
  const { view, offset: at } = cursor;
  const captured = cursor.end - at;
  const onWire = cursor.wireEnd - at;
  if (onWire < FIXED) return CORRUPT;
  if (captured < ESSENTIAL) return CUT;
  const header = (view.getUint8(at + 12) >> 4) * 4;
  if (header < FIXED || header > onWire) return CORRUPT;
  segment.sourcePort = view.getUint16(at);
  segment.destinationPort = view.getUint16(at + 2);
  segment.seq = view.getInt32(at + 4);
  segment.ack = view.getInt32(at + 8);
  segment.flags = view.getUint8(at + 13);
  segment.window = view.getUint16(at + 14);
  segment.length = onWire - header;
  segment.optionsOffset = at + FIXED;
  if (captured < header) {
    segment.optionsLength = captured > FIXED ? captured - FIXED : 0;
    segment.optionsCut = true;
  } else {
    segment.optionsLength = header - FIXED;
    segment.optionsCut = false;
  }
  return SEGMENT;
}
