/**
 * The layout of the memory of compact rows, for both sides: TypeScript and the WebAssembly of `wasm/`. Numbers only, since
 * the compilers of both read it.
 *
 * A connection in which everything so far went by the book has a compact row, and keeps its segments in the journal
 * instead of marks, 32 bytes each. Offsets in it are 32-bit words from the row's first. A row's number is its address in
 * units of 64 bytes.
 */

/** From a word of the first part to the one at the same place of the second. */
export const APART = 16384;

/** The first part, 16 words, which every segment touches: one line of the processor's cache. The ports, `a << 16 | b`. */
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
/**
 * Once it closes, the second of the calendar in which the connection is looked at, where it is {@link IS_QUEUED}; 0 where none is
 * known. Before, what {@link WINDOWS} has then.
 */
export const DUE = 10;
/** Of each end: what its SYN announced, as bits of `SENT_BITS`; its TTL from bit 24. */
export const ANNOUNCED = 11;
/** Number of the connection, or one of the next two: the row is free, or it {@link IS_FULL}. */
export const NUMBER = 13;
export const NOBODY = -1;
export const IN_FULL_ROW = -2;
/** Place of the last segment in the journal. */
export const LAST = 14;
/** Its time: nanoseconds since {@link STARTED}, the low 32 bits. */
export const LAST_TIME = 15;

/** The second part, 16 words. The first three words of both addresses: zeros, unless the connection {@link IS_IPV6}. */
export const HIGH_A = 0;
export const HIGH_B = 3;
/** Place of the first segment in the journal; 0 where the row has none, or is free. */
export const FIRST = 6;
/** Once it closes, the window that each end offered last, `b << 16 | a`; 0 where that has sent nothing but a SYN. */
export const WINDOWS = 7;
/** Doubles, once it closes: the times of a `RegularClose`. */
export const CLOSE_BEFORE = 8;
export const CLOSE_START = 10;
export const CLOSE_COVERED = 12;
export const CLOSE_ANSWERED = 14;

/** Segments that a compact row has at most. */
export const MOST_SEGMENTS = 25;

/** Bits of {@link STATUS}. */
export const COUNT_MASK = 31;
export const IS_IPV6 = 0x20;
/** The active opener is end `b`. */
export const OPENER_IS_B = 0x40;
/** Waiting in the calendar of closings. */
export const IS_QUEUED = 0x80;
/** Both use timestamps. */
export const USES_TIMESTAMPS = 0x100;
/** The server has sent a segment without SYN, as the client has with its third. */
export const SERVER_SPOKE = 0x200;
/** End `b` closed first. */
export const CLOSER_IS_B = 0x400;
/** Data came behind the first FIN. */
export const DATA_BEHIND_FIN = 0x800;
/** How far the closing has come: the phases of `regular-close.ts`, three bits. */
export const PHASE_SHIFT = 12;
/** How it closed: a number of `close-codes.ts`, three bits. */
export const KIND_SHIFT = 15;
/** Six more bits of {@link LAST_TIME}, as every segment has them of its own. */
export const LAST_HIGH_SHIFT = 18;
export const HIGH_BITS = 63;
/**
 * The connection has moved to the full row that {@link LAST} names: nothing else here holds but the 4-tuple, and where that row
 * lies in the memory; 0 where it lies elsewhere.
 */
export const IS_FULL = 0x1000000;
export const FULL_AT = 15;
/** Among the rows of those that have closed. */
export const IS_CLOSED = 0x2000000;
/** An end has offered another window than before, SYNs aside. */
export const WINDOWS_VARY = 0x4000000;
/** One segment that opens nothing: whatever else comes needs a full row. */
export const IS_STRAY = 0x8000000;

/**
 * One segment in the journal, 8 words; its place is its address in units of 32 bytes. Its sequence number is not among them:
 * everything is in order, so that it follows from {@link NEXT_SEQ} and what came behind it. The place of the segment before
 * it; of the first, the number of its row, inverted.
 */
export const AT_BEFORE = 0;
export const AT_ACK = 1;
export const AT_TIMESTAMP = 2;
export const AT_ECHO = 3;
/** The frame's number; what the payload is in the two bits above, as {@link CONTENT_BITS} of a packet. */
export const AT_FRAME = 4;
export const FRAME_BITS = 0x3fffffff;
export const CONTENT_SHIFT = 30;
/** Nanoseconds since {@link STARTED}: the low 32 bits. */
export const AT_TIME = 5;
/** The window field from bit 16, the payload's bytes below. */
export const AT_WINDOW_LENGTH = 6;
/** Flags in bits 0 to 7, the bits below, six more bits of the time from bit 10, the IPv4 identification from bit 16. */
export const AT_META = 7;
export const SENT_BY_B = 0x100;
export const HAS_TIMESTAMPS = 0x200;
export const TIME_HIGH_SHIFT = 10;

/** Bits of a packet that has been read (`wasm/packet.ts`): what its payload is, two of them; a FIN or an RST has a wrong checksum. */
export const CONTENT_IN_PACKET = 6;
export const CONTENT_BITS = 0xc0;
export const HAS_WRONG_SUM = 0x10;

/** The memory is handed out in blocks of 2^17 bytes; the first one that is. */
export const BLOCK_BITS = 17;
export const HEAP_BLOCK = 5;
/** Addresses of what stands below. What a walk did: records taken, lists that it filled, its last time. */
export const WALKED_RECORDS = 1024;
export const WALKED_ENDED = 1028;
export const WALKED_CREATED = 1032;
/** 1 where it has taken something behind the record that it stopped at, too. */
export const WALKED_FURTHER = 1036;
/** A double. */
export const WALKED_TIME = 1040;
/** The sum of memory that was read only to bring it into the cache. */
export const TOUCHED = 1048;
/** The number of pages of the memory. While it stays the same, views of the memory stay valid. */
export const PAGES = 1052;
/** The places of a row's segments in the journal, in their order. */
export const PLACES = 1056;
/** Where the next record begins that it did not take. */
export const WALKED_TO = 1160;
/** How many entries of the index were listed. */
export const LISTED = 1164;
/** Two pools of rows and two indexes (`wasm/row.ts`, `wasm/flow-index.ts`): of what is open, and of what has closed. */
export const OPEN_ROWS = 1280;
export const CLOSED_ROWS = 1296;
export const POOL_BYTES = 16;
export const OPEN_ONES = 1312;
export const CLOSED_ONES = 1344;
export const INDEX_BYTES = 24;
/**
 * Sweep slots: work areas for rows that are swept together, and one more for a row that is read alone. A slot
 * begins with the segments of its row (`wasm/gathering.ts`), laid out as in the journal, but with the sequence
 * number as the first word.
 */
export const SWEEP_SLOTS = 16384;
/** The size of a slot in bytes, as a power of two, and the number of slots. */
export const SLOT_BITS = 10;
export const MOST_SLOTS = 16;
export const AT_SEQ = 0;
/** Words of a slot behind its segments: the row, and the number of its connection. */
export const SLOT_ROW = 200;
export const SLOT_NUMBER = 201;
/** What the sweep found about the row (`wasm/endings.ts`): one of the next four. */
export const SLOT_FOUND = 202;
/** Nobody of that number is there any more. */
export const GONE = 0;
/** Not silent for long enough. */
export const RECENT = 1;
/** Not over. */
export const ALIVE = 2;
/** The number of the ending that describes the connection as a `RegularClose`. */
export const REGULAR = 3;
export const SLOT_ENDING = 203;
/** A double: when its last segment came. */
export const SLOT_END = 204;
/** The endings that were found (`ending-layout.ts`), {@link MOST_SLOTS} at most, one behind the other. */
export const ENDINGS = 33792;
/** One packet that the other side has read; rows of some that are taken next (`wasm/packets.ts`). */
export const SINGLE_PACKET_AT = 36864;
export const ROWS = 36992;
/** A table of groups of packets, 16 KiB (`wasm/packet-list.ts`). */
export const GROUPS = 40960;
/**
 * Of each connection that a walk created: with which of its records. A list has {@link BLOCK_BYTES} divided by the 56 bytes of the
 * shortest packet in its record at most.
 */
export const CREATED = 57344;
/** Of each that it may have ended: the row, and the number of the connection. */
export const ENDED = 73728;
/** Entries of the index and numbers, when they are listed. */
export const ENTRIES = 98304;
export const MOST_ENTRIES = 4096;
/** Of each block, as a word: how many connections began in it; and the next block of its chain. */
export const BEGAN = 131072;
export const NEXT_BLOCK = 262144;
/** Where records are copied to that are to be walked, and how many bytes of them at most. */
export const INPUT = 393216;
export const INPUT_BYTES = 131064;
/** Where a file is read to, and how many bytes of it at once. */
export const BLOCK = 524288;
export const BLOCK_BYTES = 131072;
/** Pages of 64 KiB that the memory has at first, and at most; `npm run build` says the same to the compiler. */
export const FIRST_PAGES = 18;
export const MOST_PAGES = 65536;
