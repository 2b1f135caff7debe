/** How connections close, as numbers for both compilers (`compact-row.ts`). How it closed: a number of `close-codes.ts`. */
export const FOUR_WAY = 0;
export const THREE_WAY = 1;
export const HALF_CLOSE = 2;
export const ABORT = 3;
/** The first closer aborts right behind its FIN: from there on nothing was sent but the ACK of that. */
export const RESET_AFTER_FIN = 4;
/** Nothing has closed it yet: of the times, only `end` holds. */
export const OPEN = 5;

/** How far a closing has come. */
export const IRREGULAR = -1;
export const BEFORE = 0;
export const FIN_SENT = 1;
export const FIN_COVERED = 2;
export const BOTH_SENT = 3;
export const OVER = 4;
