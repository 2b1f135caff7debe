/** The phases of a `FinalOrder` (`kept-part.ts`), as numbers for both compilers. */

/** Before a segment is looked at, those that 2MSL of silence ended; with it; when the capture has ended. */
export const SWEEP = 0;
export const SEGMENT = 1;
export const SETTLE = 2;
export const END_OF_CAPTURE = 3;
