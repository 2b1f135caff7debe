/** What a row notes for Zeek's history (`history.ts`), as numbers for both compilers (`compact-row.ts`). */

/** Letters: bits of `HISTORY_SEEN`, those of end `b` {@link OF_B} higher. */
export const SYN_LETTER = 0;
export const HANDSHAKE = 1;
export const FIN_LETTER = 2;
export const RST_LETTER = 3;
export const INCONSISTENT = 4;
export const DATA = 5;
export const PURE_ACK = 6;
export const MULTI = 7;
export const RETRANSMITTED = 8;
export const ZERO_WINDOW = 9;
export const GAP = 10;

/** Words of `HISTORY_COUNTS`: how often, 16 bits an end, those of end `b` {@link OF_B} higher. */
export const RETRANSMISSIONS = 0;
export const ZERO_WINDOWS = 1;
export const GAPS = 2;
export const MOST = 0xffff;

export const OF_B = 16;
