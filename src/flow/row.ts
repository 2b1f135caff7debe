/**
 * The layout of one live connection: a row of 32-bit words in a page of typed memory, so that a data segment of an
 * established connection costs a lookup and a few stores, and so that the state of a connection is plain data. All
 * numbers are offsets in words from the row's first; doubles stand at even offsets. Numbers only, as in `compact-row.ts`,
 * since the WebAssembly reads them, too.
 *
 * What every segment touches fills four lines of the processor's cache, one of them for each direction. The rest, which
 * most connections need when they close or never, is the row's second part.
 */

/** Words a part. */
export const ROW = 64;
/** From a word of the first part to the one at the same place of the second: `Pages.apart`. */
export const REST = 65536;

/** Addresses of the two ends, `a` before `b` in canonical order, four words each; then both ports, `a << 16 | b`. */
export const ADDRESS_A = 0;
export const ADDRESS_B = 4;
export const PORTS = 8;
/** Bits: the `OPENED` … constants below. */
export const BITS = 9;
export const ID = 10;
export const LAST_FRAME = 11;
/** Double: time of the last segment, nanoseconds since the capture's first record. */
export const END = 12;
export const COUNT = 14;
/** Row number + 1 of the incarnation before this one while that is still addressable; 0 for none. */
export const PREVIOUS = 15;

/** Where the block of each direction begins (0: sent by `a`, 1: sent by `b`), and its words. */
export const SENT = 16;
export const DIRECTION = 16;

/** Highest end sent. */
export const HIGH = 0;
/** Contiguous end of what was captured, or acknowledged by the peer. */
export const FRONT = 1;
/** Highest ACK number sent. */
export const ACK_HIGH = 2;
/** Bits: the `SEEN` … constants; the window scale in bits 8 to 15. */
export const SENT_BITS = 3;
/** Segments sent again since the peer's last segment. */
export const UNANSWERED = 4;
/** The last segment. */
export const LAST_OWN_FRAME = 5;
export const LAST_SEQ = 6;
export const LAST_ACK_NUMBER = 7;
export const LAST_LENGTH = 8;
export const LAST_HIGH_BEFORE = 9;
export const LAST_WINDOW_IPID = 10;
/** Its flags, its TTL from bit 8; from bit 16 the largest window field sent so far. */
export const LAST_TTL_FLAGS = 11;
export const LAST_TIMESTAMP = 12;
export const LAST_ECHO = 13;
/** Payload bytes, each counted once: the low word of an unsigned 64-bit number. */
export const BYTES_LOW = 14;
export const ISN = 15;

/** Double: time of the last segment sent by `a`; that of `b` stands two words behind it. */
export const LAST_TIME = 48;
/** Double: time of the first segment. */
export const START = 52;
export const FIRST_FRAME = 54;
export const LOG_HEAD = 55;
export const LOG_TAIL = 56;
export const LOG_COUNT = 57;
/** Zeek's history: which letters were seen, and the letters. */
export const HISTORY_SEEN = 58;
export const HISTORY = 59;
/** Record number + 1 of the last logged segment of the opening, where that was regular; else 0. */
export const LOG_OPENED = 63;

/**
 * The second part, from {@link REST} on: the blocks of both directions, found from where the first part has theirs, which is
 * {@link SENT} before; then the rest.
 */
/** One stretch that was captured ahead of the front. */
export const AHEAD_START = 65520;
export const AHEAD_END = 65521;
export const HOLES = 65522;
/** The high word of `BYTES_LOW`. */
export const BYTES_HIGH = 65523;
/** For the history: the last numbers of SYN (0: that of `ISN`), FIN and RST. */
export const HISTORY_LAST = 65524;
/** The offset of a sequence number of this side on the other leg (`legs.ts`); 0 if unknown. */
export const LEG_SHIFT = 65527;
/** Doubles: when the last stretch of zero windows began and ended, 0 for none. */
export const ZERO_WINDOW_SINCE = 65528;
export const ZERO_WINDOW_UNTIL = 65530;

export const INCARNATION = 65568;
/** Id + 1 of the incarnation before this one, 0 for none: also when that one is final. */
export const PREVIOUS_ID = 65569;
export const DUPLICATES = 65570;
/** Segments of the closing that the log does not keep any more. */
export const UNLOGGED = 65571;
/** Counters of the history. */
export const HISTORY_COUNTS = 65572;
/** Frame of the SYN of the next incarnation, 0 for none; its time and the time of the answer that accepted it. */
export const REOPENED_FRAME = 65575;
export const REOPENED_TIME = 65576;
export const REOPENED_BY = 65578;
/** How a regular ending went, and the frame that ended it; doubles: see `RegularClose`. */
export const REGULAR_FRAME = 65580;
export const REGULAR_KIND = 65581;
export const REGULAR_BEFORE = 65582;
export const REGULAR_START = 65584;
export const REGULAR_COVERED = 65586;
export const REGULAR_ANSWERED = 65588;
/** Record number + 1 of the last entry of those that the log never drops, 0 while it has fewer; and how many those are. */
export const LOG_HELD = 65590;
export const LOG_HELD_COUNT = 65591;
/** The tunnel that it travels in: `Segment.context`. */
export const CONTEXT = 65592;

/** Bits of `BITS`. */
export const IPV6 = 1;
/** A SYN or SYN,ACK of this incarnation was captured. */
export const OPENED = 2;
/** The active opener is end `b`. */
export const CLIENT_IS_B = 4;
/** Roles were seen, not guessed. */
export const ROLES_OBSERVED = 8;
/** The opening is over: both ends have sent a segment without SYN. */
export const SYNCHRONIZED = 16;
/** From here on every segment is logged. */
export const CLOSING = 32;
/** Opened by a SYN that waits for its answer to say whose incarnation it is. */
export const TENTATIVE = 64;
export const CUT_HEADERS = 128;
/** Waiting in the queue of connections that may be over. */
export const QUEUED = 256;
/** The reopening in `REOPENED_…` was answered, so `REOPENED_BY` holds. */
export const REOPENING_ANSWERED = 512;
/** End `b` sent the SYN that opened it anew. */
export const REOPENED_BY_B = 1024;

/** Both legs of a device that changes its numbers are in the capture (`legs.ts`). */
export const TWO_LEGS = 2048;

/** Bits of `SENT_BITS`. `SEEN`: its sequence numbers are known, from anything but an RST. */
export const SEEN = 1;
export const SYN_SEEN = 2;
/** A segment without SYN was sent. */
export const DATA_SEEN = 4;
export const ACK_SEEN = 8;
export const HAS_AHEAD = 16;
export const HAS_TIMESTAMP = 32;
/** The last window that it offered was zero. */
export const WINDOW_CLOSED = 0x10_0000;
/** Of its last segment: it was signed; its payload was a TLS alert; its payload was not captured. */
export const HAS_SIGNATURE = 0x100_0000;
export const HAS_ALERT = 0x200_0000;
export const IS_UNKNOWN = 0x400_0000;
/** It sent at least an RST. */
export const ANY = 0x2_0000;
/** Of a connection that is there on two legs: it was seen on the one that is kept; its last segment was translated to that. */
export const SHOWS_LEG = 0x800_0000;
export const IS_TRANSLATED = 0x1000_0000;
