/** The layout of one logged segment: offsets in 32-bit words from the entry's first. `TIME` is a double. */

/** Words an entry. */
export const WIDTH = 18;
export const NEXT = 0;
export const FRAME = 1;
export const TIME = 2;
export const META = 4;
export const SEQ = 5;
export const ACK_NUMBER = 6;
export const LENGTH = 7;
export const WINDOW = 8;
export const IP_ID = 9;
export const FRONT = 10;
export const HIGH_BEFORE = 11;
export const TIMESTAMP = 12;
export const ECHO = 13;
export const UNANSWERED = 14;
export const MERGED = 15;
export const PREVIOUS = 16;

/** Bits of META: the eight flags; then the direction, whether there are timestamps, cut options; TTL from bit 16. */
export const FLAGS = 0xff;
export const FROM_B: number = 1 << 8;
export const TIMED: number = 1 << 9;
export const CUT: number = 1 << 10;
export const TTL_SHIFT = 16;
