/**
 * The layout of a compact row: a connection in which everything so far went by the book keeps its segments in the journal
 * instead of marks, 32 bytes each. What they say is in {@link import('./compact-rows.ts')}. Offsets are 32-bit words from
 * the row's first.
 */

/** Words of the first part, which every segment touches: one line of the processor's cache. */
export const COMPACT_ROW = 16;
/** Words of the second part. */
export const COMPACT_REST = 16;

/** The ports, `a << 16 | b`. */
export const ENDS = 0;
/** The last word of both addresses: all there is of an IPv4 address. */
export const LOW_A = 1;
export const LOW_B = 2;
/** How many segments there are (bits 0 to 4), and the bits below. */
export const STATUS = 3;
/** Of each end: the number behind its last octet. */
export const NEXT_SEQ = 4;
/** Of each end: its highest ACK number. */
export const ACKED = 6;
/** Time of the first segment, whole nanoseconds since the capture's first record: low and high 32 bits. */
export const STARTED = 8;
/** Second of the calendar in which the connection is looked at, where it is {@link IS_QUEUED}. */
export const DUE = 10;
/** Of each end: what its SYN announced, as bits of `SENT_BITS`; its TTL from bit 24. */
export const ANNOUNCED = 11;
/** Number of the connection. */
export const NUMBER = 13;
/** Place of the last segment in the journal. */
export const LAST = 14;
/** Its time: nanoseconds since {@link STARTED}, the low 32 bits. */
export const LAST_TIME = 15;

/** The second part. The first three words of both addresses: zeros, unless the connection {@link IS_IPV6}. */
export const HIGH_A = 0;
export const HIGH_B = 3;
/** Place of the first segment in the journal; -1 where the row is free. */
export const FIRST = 6;
/** Doubles, once it closes: the times of a `RegularClose`. */
export const CLOSE_BEFORE = 8;
export const CLOSE_START = 10;
export const CLOSE_COVERED = 12;
export const CLOSE_ANSWERED = 14;

/** Segments that a compact row has at most. */
export const MOST_SEGMENTS = 25;

/** Bits of {@link STATUS}. */
export const COUNT_MASK = 31;
export const IS_IPV6: number = 1 << 5;
/** The active opener is end `b`. */
export const OPENER_IS_B: number = 1 << 6;
/** Waiting in the calendar of closings. */
export const IS_QUEUED: number = 1 << 7;
/** Both use timestamps. */
export const USES_TIMESTAMPS: number = 1 << 8;
/** The server has sent a segment without SYN, as the client has with its third. */
export const SERVER_SPOKE: number = 1 << 9;
/** End `b` closed first. */
export const CLOSER_IS_B: number = 1 << 10;
/** Data came behind the first FIN. */
export const DATA_BEHIND_FIN: number = 1 << 11;
/** How far the closing has come: the phases of `regular-close.ts`, three bits. */
export const PHASE_SHIFT = 12;
/** How it closed: index into `REGULAR_KINDS`, three bits. */
export const KIND_SHIFT = 15;
/** Six more bits of {@link LAST_TIME}. */
export const LAST_HIGH_SHIFT = 18;

/**
 * Words of one segment in the journal. Its sequence number is not among them: everything is in order, so that it follows
 * from {@link NEXT_SEQ} and what came behind it.
 */
export const SEGMENT_WORDS = 8;
/** Place of the segment before it; of the first, the number of its row. */
export const AT_BEFORE = 0;
export const AT_ACK = 1;
export const AT_TIMESTAMP = 2;
export const AT_ECHO = 3;
export const AT_FRAME = 4;
/** Nanoseconds since {@link STARTED}: the low 32 bits. */
export const AT_TIME = 5;
/** The window field from bit 16, the payload's bytes below. */
export const AT_WINDOW_LENGTH = 6;
/** Flags in bits 0 to 7, the bits below, six more bits of the time from bit 10, the IPv4 identification from bit 16. */
export const AT_META = 7;
export const SENT_BY_B: number = 1 << 8;
export const HAS_TIMESTAMPS: number = 1 << 9;
export const TIME_HIGH_SHIFT = 10;
/** What a compact row cannot hold: 2^38 ns, more than four and a half minutes after its first segment. */
export const TOO_LATE: number = 2 ** 38;
