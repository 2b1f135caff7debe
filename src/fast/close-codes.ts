/** How connections close, as numbers for both compilers (`compact-row.ts`). How it closed: a number of `close-codes.ts`. */
export const FOUR_WAY = 0;
export const THREE_WAY = 1;
export const HALF_CLOSE = 2;
export const ABORT = 3;
/** The first closer aborts right behind its FIN: from there on nothing was sent but the ACK of that. */
export const RESET_AFTER_FIN = 4;
/** Nothing has closed it yet: of the times, only `end` holds. */
export const OPEN = 5;
/** The SYN was answered with an RST, and that is all there is. */
export const REFUSED = 6;
/**
 * From here on so little is there that only `end` holds of the times, and that how long the capture goes on behind it may decide
 * what is said: a SYN alone, a SYN and its answer.
 */
export const UNANSWERED = 8;
export const HALF_OPEN = 9;
/** One segment alone whose opening is not there, without payload; by its flags. */
export const STRAY_RST = 10;
export const STRAY_RST_ACK = 11;
export const STRAY_ACK = 12;
export const STRAY_SYN_ACK = 13;

/** How far a closing has come. */
export const IRREGULAR = -1;
export const BEFORE = 0;
export const FIN_SENT = 1;
export const FIN_COVERED = 2;
export const BOTH_SENT = 3;
export const OVER = 4;
