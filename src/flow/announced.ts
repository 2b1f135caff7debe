/** What a SYN announces: bits of `SENT_BITS` (`row.ts`), as numbers for both compilers (`compact-row.ts`). */
export const SCALE_KNOWN = 64;
export const FAST_OPEN = 128;
/** Window scale shift, bits 8 … 15. */
export const SCALE_SHIFT = 8;
export const MULTIPATH = 0x1_0000;
/** Its SYN carried the timestamps option. */
export const TIMESTAMPS_ANNOUNCED = 0x4_0000;
/** Its SYN carried a window scale; without one, neither side scales (RFC 7323 2.2). */
export const SCALE_OFFERED = 0x20_0000;
/** The TCP checksum of its SYN, or of the first segment that was captured of it, was right. */
export const SUM_RIGHT = 0x40_0000;
/** Its SYN was signed: TCP-AO (RFC 5925) or MD5 (RFC 2385). */
export const SIGNED = 0x8_0000;
