/**
 * How a regular ending (`regular-close.ts`) stands in memory, for both sides: TypeScript and the WebAssembly of `wasm/`. Numbers only,
 * since the compilers of both read it. Offsets are 32-bit words from its first; doubles stand at even ones.
 */

/** A double, as the next ones: TCP segments of the run by then, which is the tick of its `FinalOrder`. */
export const ENDING_TICK = 0;
/** The times of a `RegularClose`. */
export const ENDING_BEFORE = 2;
export const ENDING_START = 4;
export const ENDING_COVERED = 6;
export const ENDING_ANSWERED = 8;
export const ENDING_END = 10;
export const ENDING_UNTIL = 12;
/** Number of the connection, and the root of its `FinalOrder`. */
export const ENDING_ID = 14;
export const ENDING_ROOT = 15;
/** Four words each. */
export const ENDING_CLIENT = 16;
export const ENDING_SERVER = 20;
/** The server's port in bits 0 to 15, four bits of its kind, who closed first, the version, and the phase of its `FinalOrder`. */
export const ENDING_BITS = 24;
export const ENDING_KIND_SHIFT = 16;
export const ENDING_KIND_MASK = 15;
export const ENDING_BY_SERVER = 0x100000;
export const ENDING_IS_IPV6 = 0x200000;
export const ENDING_PHASE_SHIFT = 22;
/** How many segments follow; where there are any, the capture that has the first one. The client's port is always there. */
export const ENDING_SEGMENTS = 25;
export const ENDING_CAPTURE = 26;
export const ENDING_CLIENT_PORT = 27;
export const ENDING_WORDS = 28;
