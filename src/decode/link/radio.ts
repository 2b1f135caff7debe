/** Headers that capture programs put in front of an IEEE 802.11 frame. */
import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT } from '../cursor.ts';
import { wlan } from './wlan.ts';

const RADIOTAP = 8;
/** Bits of the first word of what is present: the two first fields, and that another word follows. */
const HAS_TIMER = 1;
const HAS_FLAGS = 2;
const MORE_WORDS = 0x8000_0000;
/** A bit of the flags field: the 802.11 header is padded to a multiple of four bytes. */
const IS_PADDED = 0x20;

/** Radiotap (radiotap.org): version, padding, length of the header, then words that say which fields are present. */
export function radiotap(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < RADIOTAP) return CUT;
  const length = view.getUint16(at + 2, true);
  if (view.getUint8(at) !== 0 || length < RADIOTAP) return CORRUPT;
  if (length > end - at) return CUT;
  const present = view.getUint32(at + 4, true);
  let fields = at + RADIOTAP;
  for (let word = present; word & MORE_WORDS; fields += 4) {
    if (fields + 4 > at + length) return CORRUPT;
    word = view.getUint32(fields, true);
  }
  // The timer is aligned to eight bytes from the beginning of the header.
  if (present & HAS_TIMER) fields = at + ((fields - at + 7) & ~7) + 8;
  const hasFlags = (present & HAS_FLAGS) !== 0 && fields < at + length;
  const pads = hasFlags && (view.getUint8(fields) & IS_PADDED) !== 0;
  cursor.offset = at + length;
  return wlan(cursor, pads);
}

const AVS_MAGIC = 0x8021_1000;
const AVS = 8;

/** AVS: a version with a magic number, and the length of the header. */
export function avs(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < AVS) return CUT;
  if ((view.getUint32(at) & 0xffff_fff0) >>> 0 !== AVS_MAGIC) return CORRUPT;
  return behind(cursor, view.getUint32(at + 4));
}

const PRISM = 144;
const PRISM_CODES: readonly number[] = [0x41, 0x44];

/** The header of Prism chips, in the byte order of the capturing host; some drivers write AVS in its place. */
export function prism(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < AVS) return CUT;
  if ((view.getUint32(at) & 0xffff_fff0) >>> 0 === AVS_MAGIC) return avs(cursor);
  const isLittle = PRISM_CODES.includes(view.getUint32(at, true));
  if (!isLittle && !PRISM_CODES.includes(view.getUint32(at))) return CORRUPT;
  const length = view.getUint32(at + 4, isLittle);
  return length === PRISM ? behind(cursor, length) : CORRUPT;
}

function behind(cursor: Cursor, length: number): number {
  if (length < AVS) return CORRUPT;
  if (length > cursor.end - cursor.offset) return CUT;
  cursor.offset += length;
  return wlan(cursor);
}
