/** The layout of one logged segment: offsets in 32-bit words from the entry's first. `TIME` is a double. */

/** Words an entry: one line of the processor's cache. */
export const WIDTH = 16;
export const NEXT = 0;
export const FRAME = 1;
export const TIME = 2;
export const META = 4;
export const SEQ = 5;
export const ACK_NUMBER = 6;
export const LENGTH = 7;
/** The window field from bit 16, the IPv4 identification below. */
export const WINDOW_IPID = 8;
export const FRONT = 9;
export const HIGH_BEFORE = 10;
export const TIMESTAMP = 11;
export const ECHO = 12;
export const UNANSWERED = 13;
export const MERGED = 14;
export const PREVIOUS = 15;

/**
 * Bits of META: the eight flags; then the direction, whether there are timestamps, cut options, an identification, a wrong
 * checksum, a signature; what the payload is, two bits; TTL from bit 16.
 */
export const FLAGS = 0xff;
export const FROM_B = 0x100;
export const TIMED = 0x200;
export const CUT = 0x400;
export const IDENTIFIED = 0x800;
export const WRONG_SUM = 0x1000;
export const SIGNATURE = 0x2000;
export const CONTENT_SHIFT = 14;
export const TTL_SHIFT = 16;

/** Segments that an opening may take before everything else counts as established. */
export const OPENING_LOG = 16;
