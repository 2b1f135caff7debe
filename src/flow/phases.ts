/** The phases of a `FinalOrder` (`kept-part.ts`), as numbers for both compilers. */

/**
 * The phases of a tick: connections that 2MSL of silence ended, before the segment; the segment itself; the end
 * of the capture.
 */
export const SWEEP = 0;
export const SEGMENT = 1;
export const SETTLE = 2;
export const END_OF_CAPTURE = 3;
