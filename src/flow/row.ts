/**
 * The layout of one live connection: a row of 102 32-bit words in a page of typed memory, so that a data segment of an
 * established connection costs a lookup and a few stores, and so that the state of a connection is plain data. All
 * numbers are offsets in words from the row's first; doubles stand at even offsets.
 */

/** Words a row. */
export const ROW = 102;

/** Addresses of the two ends, `a` before `b` in canonical order, four words each; then both ports, `a << 16 | b`. */
export const ADDRESS_A = 0;
export const ADDRESS_B = 4;
export const PORTS = 8;
/** Bits: the `OPENED` … constants below. */
export const BITS = 9;
/** Row number + 1 of the incarnation before this one while that is still addressable; 0 for none. */
export const PREVIOUS = 10;
export const LOG_HEAD = 11;
export const LOG_TAIL = 12;
export const LOG_COUNT = 13;
export const ID = 14;
export const INCARNATION = 15;
export const FIRST_FRAME = 16;
export const LAST_FRAME = 17;
export const COUNT = 18;
export const DUPLICATES = 19;
/** Doubles: nanoseconds since the capture's first record. */
export const START = 20;
export const END = 22;
/** Hash of the 4-tuple, kept so that the index can be rebuilt without hashing again. */
export const HASH = 24;
/** Frame of the SYN of the next incarnation, 0 for none; its time and the time of the answer that accepted it. */
export const REOPENED_FRAME = 25;
export const REOPENED_TIME = 26;
export const REOPENED_BY = 28;

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

/** Where the block of each direction begins (0: sent by `a`, 1: sent by `b`), and its words. */
export const SENT = 30;
export const DIRECTION = 21;

export const ISN = 0;
/** Contiguous end of what was captured, or acknowledged by the peer. */
export const FRONT = 1;
/** Highest end sent. */
export const HIGH = 2;
/** Highest ACK number sent. */
export const ACK_HIGH = 3;
/** Bits: the `SEEN` … constants; the window scale in bits 8 to 15. */
export const SENT_BITS = 4;
/** One stretch that was captured ahead of the front. */
export const AHEAD_START = 5;
export const AHEAD_END = 6;
export const HOLES = 7;
/** Segments sent again since the peer's last segment. */
export const UNANSWERED = 8;
/** The last segment. */
export const LAST_OWN_FRAME = 9;
export const LAST_SEQ = 10;
export const LAST_ACK_NUMBER = 11;
export const LAST_LENGTH = 12;
export const LAST_HIGH_BEFORE = 13;
export const LAST_WINDOW_IPID = 14;
export const LAST_TTL_FLAGS = 15;
export const LAST_TIMESTAMP = 16;
export const LAST_ECHO = 17;
/** Payload bytes, each counted once: low and high word of an unsigned 64-bit number. */
export const BYTES_LOW = 18;
export const BYTES_HIGH = 19;
/** The largest window field sent. */
export const WINDOW_MAX = 20;

/** Bits of `SENT_BITS`. `SEEN`: its sequence numbers are known, from anything but an RST. */
export const SEEN = 1;
export const SYN_SEEN = 2;
/** A segment without SYN was sent. */
export const DATA_SEEN = 4;
export const ACK_SEEN = 8;
export const HAS_AHEAD = 16;
export const HAS_TIMESTAMP = 32;
export const SCALE_KNOWN = 64;
export const FAST_OPEN = 128;
/** Window scale shift, bits 8 … 15. */
export const SCALE_SHIFT = 8;
export const MULTIPATH = 0x1_0000;
/** Its SYN carried the timestamps option. */
export const TIMESTAMPS_ANNOUNCED = 0x4_0000;
/** Its SYN was signed: TCP-AO (RFC 5925) or MD5 (RFC 2385). */
export const SIGNED = 0x8_0000;
/** The last window that it offered was zero. */
export const WINDOW_CLOSED = 0x10_0000;
/** It sent at least an RST. */
export const ANY = 0x2_0000;

/** Double: time of the last segment sent by `a`; that of `b` stands two words behind it. */
export const LAST_TIME = 72;

/** Id + 1 of the incarnation before this one, 0 for none: also when that one is final. */
export const PREVIOUS_ID = 76;

/** Zeek's history: the letters, which were seen, the last numbers of SYN, FIN and RST of each end, and counters. */
export const HISTORY = 77;
export const HISTORY_SEEN = 81;
export const HISTORY_LAST = 82;
export const HISTORY_COUNTS = 88;
/** Segments of the closing beyond what the log keeps. */
export const UNLOGGED = 91;

/** Doubles: when the last stretch of zero windows of `a` began and ended, 0 for none; those of `b` four words behind. */
export const ZERO_WINDOW_SINCE = 94;
export const ZERO_WINDOW_UNTIL = 96;
export const ZERO_WINDOW_STEP = 4;
