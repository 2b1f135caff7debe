/**
 * The fast path of the endings that most connections have: opened in full, closed by FINs that were acknowledged at
 * once, or aborted by an RST with nothing under way, every segment in order and none sent twice. Such an ending is read
 * straight from typed memory; replay and rules would cost fifty times as much (`test/bench/check.js` shows its loss).
 * Whatever is out of the ordinary is left to them. `test/flow/regular-close.test.ts` holds it equal to the plain path.
 */
import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { atOrAfter, atOrBefore } from '../machine/sequence.ts';
import { haveBothSentFin } from './history.ts';
import {
  ACK_NUMBER,
  CUT,
  FLAGS,
  FRAME,
  FROM_B,
  HIGH_BEFORE,
  LENGTH,
  FRONT as LOGGED_FRONT,
  UNANSWERED as LOGGED_UNANSWERED,
  MERGED,
  META,
  NEXT,
  SEQ,
  TIME,
  TIMED,
  TTL_SHIFT,
  WINDOW_IPID,
} from './log-layout.ts';
import {
  ACK_HIGH,
  ADDRESS_A,
  ADDRESS_B,
  BITS,
  CLIENT_IS_B,
  CLOSING,
  CUT_HEADERS,
  DIRECTION,
  DUPLICATES,
  END,
  HAS_AHEAD,
  HIGH,
  HOLES,
  ID,
  INCARNATION,
  IPV6,
  ISN,
  LAST_FRAME,
  LOG_COUNT,
  LOG_HEAD,
  LOG_OPENED,
  LOG_TAIL,
  MULTIPATH,
  OPENED,
  PORTS,
  PREVIOUS_ID,
  REGULAR_ANSWERED,
  REGULAR_BEFORE,
  REGULAR_COVERED,
  REGULAR_FRAME,
  REGULAR_KIND,
  REGULAR_START,
  REOPENING_ANSWERED,
  ROLES_OBSERVED,
  SENT,
  SENT_BITS,
  SYNCHRONIZED,
  TENTATIVE,
  TIMESTAMPS_ANNOUNCED,
  UNLOGGED,
  WINDOW_CLOSED,
  ZERO_WINDOW_UNTIL,
} from './row.ts';
import type { SegmentLog } from './segment-log.ts';

/** How it closed: `kind` of the report, without the kinds that are never regular. */
export const REGULAR_KINDS = ['four-way', 'three-way', 'half-close', 'abort'] as const;
export const FOUR_WAY = 0;
export const THREE_WAY = 1;
export const HALF_CLOSE = 2;
export const ABORT = 3;

/**
 * A regular ending, as plain numbers. There is one such object and it is filled over and over. Times are nanoseconds
 * since the capture's first record.
 */
export interface RegularClose {
  id: number;
  ipv6: boolean;
  /** Address words in network order, as in a segment. */
  client0: number;
  client1: number;
  client2: number;
  client3: number;
  server0: number;
  server1: number;
  server2: number;
  server3: number;
  serverPort: number;
  /** Index into {@link REGULAR_KINDS}. */
  kind: number;
  /** The server closed first. */
  byServer: boolean;
  /** Of the last segment before the first FIN or RST. */
  before: number;
  /** Of the first FIN or the RST. */
  start: number;
  /** Of the first segment that covers the first FIN. */
  covered: number;
  /** Of the second FIN, and of the ACK that covers it. */
  answered: number;
  end: number;
  /** Up to when the capture would have shown more of it. */
  until: number;
}

export function createRegularClose(): RegularClose {
  return {
    id: 0,
    ipv6: false,
    client0: 0,
    client1: 0,
    client2: 0,
    client3: 0,
    server0: 0,
    server1: 0,
    server2: 0,
    server3: 0,
    serverPort: 0,
    kind: FOUR_WAY,
    byServer: false,
    before: Number.NaN,
    start: Number.NaN,
    covered: Number.NaN,
    answered: Number.NaN,
    end: Number.NaN,
    until: Number.NaN,
  };
}

/** The ending of a longer list is read by the plain path. */
const LONGEST = 32;
/** What a regular row has, and what it lacks. */
const WANTED = OPENED | ROLES_OBSERVED | SYNCHRONIZED | CLOSING;
const UNWANTED = TENTATIVE | CUT_HEADERS | REOPENING_ANSWERED;
const CONTROL = SYN | FIN | RST | ACK;
const URG = 0x20;

/** How far the closing has come. */
const IRREGULAR = -1;
const BEFORE = 0;
const FIN_SENT = 1;
const FIN_COVERED = 2;
const BOTH_SENT = 3;
const OVER = 4;

/** Segments of the shortest opening. */
const OPENING = 3;

const scratch: RegularClose = createRegularClose();

/** Notes that the opening, which has just ended and is all that the log has, was regular. */
export function noteRegularOpening(words: Int32Array, row: number, log: SegmentLog): void {
  const head = words[row + LOG_HEAD] ?? 0;
  if ((words[row + BITS] ?? 0) & ROLES_OBSERVED && walk(words, row, log, head, 0, scratch) === BEFORE) {
    words[row + LOG_OPENED] = words[row + LOG_TAIL] ?? 0;
  }
}

/**
 * Looks at a connection that a segment may just have ended, while all of it is at hand, and notes in the row how it
 * went if that was regular.
 */
export function noteRegularClose(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  log: SegmentLog,
): void {
  const opened = words[row + LOG_OPENED] ?? 0;
  if (opened === 0 || !isRegularRow(words, doubles, row)) return;
  // With the last of the opening: the first FIN may come right behind it.
  let phase = walk(words, row, log, opened, OPENING, scratch);
  // What an RST is compared with begins with the opening.
  if (phase === OVER && scratch.kind === ABORT) {
    phase = walk(words, row, log, words[row + LOG_HEAD] ?? 0, 0, scratch);
  }
  if (phase !== OVER) return;
  words[row + REGULAR_FRAME] = words[row + LAST_FRAME] ?? 0;
  words[row + REGULAR_KIND] = scratch.kind | (scratch.byServer ? BY_SERVER : 0);
  doubles[(row + REGULAR_BEFORE) >> 1] = scratch.before;
  doubles[(row + REGULAR_START) >> 1] = scratch.start;
  doubles[(row + REGULAR_COVERED) >> 1] = scratch.covered;
  doubles[(row + REGULAR_ANSWERED) >> 1] = scratch.answered;
}

/** Both ends have sent FIN and acknowledged everything. */
export function mayBeOver(words: Int32Array, row: number): boolean {
  const a = row + SENT;
  const b = a + DIRECTION;
  return (
    words[a + ACK_HIGH] === words[b + HIGH] &&
    words[b + ACK_HIGH] === words[a + HIGH] &&
    haveBothSentFin(words, row)
  );
}

const BY_SERVER = 8;

/** The connection ended regularly, and nothing came after that. */
export function isRegular(words: Int32Array, row: number): boolean {
  return (
    words[row + REGULAR_FRAME] === words[row + LAST_FRAME] &&
    ((words[row + BITS] ?? 0) & (TENTATIVE | REOPENING_ANSWERED)) === 0
  );
}

/** Fills `close` from a row that {@link isRegular}. `now`: what has been read up to. */
export function readRegularClose(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  now: number,
  close: RegularClose,
): void {
  const kind = words[row + REGULAR_KIND] ?? 0;
  close.kind = kind & ~BY_SERVER;
  close.byServer = (kind & BY_SERVER) !== 0;
  close.before = doubles[(row + REGULAR_BEFORE) >> 1] ?? 0;
  close.start = doubles[(row + REGULAR_START) >> 1] ?? 0;
  close.covered = doubles[(row + REGULAR_COVERED) >> 1] ?? 0;
  close.answered = doubles[(row + REGULAR_ANSWERED) >> 1] ?? 0;
  close.end = doubles[(row + END) >> 1] ?? 0;
  close.until = Math.max(now, close.end);
  nameEnds(words, row, close);
}

/**
 * Walks the log from an entry on, which is the `first` of the connection, and fills how the closing went into `close`.
 * Returns how far that has come, or that something is out of the ordinary.
 */
function walk(
  words: Int32Array,
  row: number,
  log: SegmentLog,
  entry: number,
  first: number,
  close: RegularClose,
): number {
  const client = (words[row + BITS] ?? 0) & CLIENT_IS_B ? 1 : 0;
  const highA = words[row + SENT + HIGH] ?? 0;
  const highB = words[row + SENT + DIRECTION + HIGH] ?? 0;
  const timed = ((words[row + SENT + SENT_BITS] ?? 0) & TIMESTAMPS_ANNOUNCED) !== 0;
  const { pages } = log;

  let phase = BEFORE;
  let closer = 0;
  let firstEnd = 0;
  let data = false;
  let previousFrame = 0;
  let previousTime = Number.NEGATIVE_INFINITY;
  // Of each end: its highest ACK number, or what the next has to reach; its TTL and its window so far.
  let ackA = ((words[row + SENT + DIRECTION + ISN] ?? 0) + 1) | 0;
  let ackB = ((words[row + SENT + ISN] ?? 0) + 1) | 0;
  let ttlA = -1;
  let ttlB = -1;
  let windowA = -1;
  let windowB = -1;
  let steady = true;
  let index = first;

  for (let at = entry; at !== 0; index++) {
    const page = pages.page(at - 1);
    const base = pages.base(at - 1);
    const time = pages.doublePage(at - 1)[(base + TIME) >> 1] ?? 0;
    at = page[base + NEXT] ?? 0;
    const meta = page[base + META] ?? 0;
    const flags = meta & FLAGS;
    const from = meta & FROM_B ? 1 : 0;
    const frame = page[base + FRAME] ?? 0;
    const seq = page[base + SEQ] ?? 0;
    const ack = page[base + ACK_NUMBER] ?? 0;
    const length = page[base + LENGTH] ?? 0;
    const window = (page[base + WINDOW_IPID] ?? 0) >>> 16;
    const ttl = (meta >>> TTL_SHIFT) & 0xff;
    const control = flags & CONTROL;
    // In order, first time, seen one by one.
    if (
      phase === OVER ||
      frame <= previousFrame ||
      time < previousTime ||
      page[base + MERGED] !== 0 ||
      page[base + LOGGED_UNANSWERED] !== 0 ||
      (meta & CUT) !== 0 ||
      (flags & URG) !== 0 ||
      window === 0 ||
      page[base + HIGH_BEFORE] !== seq
    ) {
      return IRREGULAR;
    }
    if (index === 0) {
      if (control !== SYN || from !== client || length !== 0) return IRREGULAR;
    } else if (index === 1) {
      if (control !== (SYN | ACK) || from === client || length !== 0) return IRREGULAR;
      if (ack !== (from === 1 ? ackB : ackA)) return IRREGULAR;
    } else {
      if ((control & (SYN | ACK)) !== ACK || ((meta & TIMED) !== 0) !== timed) return IRREGULAR;
      if (index === 2 && (from !== client || control !== ACK)) return IRREGULAR;
      if (!atOrAfter(ack, from === 1 ? ackB : ackA)) return IRREGULAR;
      if (!atOrBefore(ack, from === 1 ? highA : highB)) return IRREGULAR;
    }
    const end = (seq + length + (control & (SYN | FIN) ? 1 : 0)) | 0;
    if ((control & RST) === 0 && page[base + LOGGED_FRONT] !== end) return IRREGULAR;
    // Covered before it was captured.
    if (control & FIN && atOrAfter(from === 1 ? ackA : ackB, end)) return IRREGULAR;

    // The answer to a SYN acknowledges it at least.
    if (index <= 1) {
      if (from === 1) ackA = end;
      else ackB = end;
    } else if (from === 1) ackB = ack;
    else ackA = ack;

    if (control & RST) {
      if (phase !== BEFORE || control !== (RST | ACK) || length !== 0 || at !== 0) return IRREGULAR;
      close.kind = ABORT;
      closer = from;
      close.before = previousTime;
      close.start = time;
      if (!isQuiet(words, row, from, seq, ack)) return IRREGULAR;
      // Seen from the closing on, there is nothing to compare with yet.
      if (first === 0 && (ttl !== (from === 1 ? ttlB : ttlA) || !steady)) return IRREGULAR;
      phase = OVER;
    } else if (phase === BEFORE) {
      if (control & FIN) {
        phase = FIN_SENT;
        closer = from;
        firstEnd = end;
        if (end !== (from === 1 ? highB : highA)) return IRREGULAR;
        close.before = previousTime;
        close.start = time;
      }
    } else if (phase === BOTH_SENT) {
      if (from !== closer || control !== ACK || length !== 0 || seq !== firstEnd) return IRREGULAR;
      if (ack !== (from === 1 ? highA : highB)) return IRREGULAR;
      close.end = time;
      phase = OVER;
    } else if (from === closer) {
      // It acknowledges what came after its FIN.
      if (phase !== FIN_COVERED || !data || control !== ACK || length !== 0 || seq !== firstEnd)
        return IRREGULAR;
    } else {
      if (ack !== firstEnd) return IRREGULAR;
      if (phase === FIN_SENT) close.covered = time;
      if (control & FIN) {
        if (end !== (from === 1 ? highB : highA)) return IRREGULAR;
        close.kind = data ? HALF_CLOSE : phase === FIN_SENT ? THREE_WAY : FOUR_WAY;
        close.answered = time;
        phase = BOTH_SENT;
      } else {
        if (length === 0 && phase === FIN_COVERED) return IRREGULAR;
        if (length > 0) data = true;
        phase = FIN_COVERED;
      }
    }

    if (from === 1) {
      if (ttlB >= 0 && ttl !== ttlB) steady = false;
      if (windowB >= 0 && window !== windowB) steady = false;
      ttlB = ttl;
      if (index > 1) windowB = window;
    } else {
      if (ttlA >= 0 && ttl !== ttlA) steady = false;
      if (windowA >= 0 && window !== windowA) steady = false;
      ttlA = ttl;
      if (index > 1) windowA = window;
    }
    previousFrame = frame;
    previousTime = time;
  }
  close.byServer = closer !== client;
  return phase;
}

function nameEnds(words: Int32Array, row: number, close: RegularClose): void {
  const client = (words[row + BITS] ?? 0) & CLIENT_IS_B ? 1 : 0;
  const ofClient = row + (client === 1 ? ADDRESS_B : ADDRESS_A);
  const ofServer = row + (client === 1 ? ADDRESS_A : ADDRESS_B);
  const ports = words[row + PORTS] ?? 0;
  close.id = words[row + ID] ?? 0;
  close.ipv6 = ((words[row + BITS] ?? 0) & IPV6) !== 0;
  close.client0 = words[ofClient] ?? 0;
  close.client1 = words[ofClient + 1] ?? 0;
  close.client2 = words[ofClient + 2] ?? 0;
  close.client3 = words[ofClient + 3] ?? 0;
  close.server0 = words[ofServer] ?? 0;
  close.server1 = words[ofServer + 1] ?? 0;
  close.server2 = words[ofServer + 2] ?? 0;
  close.server3 = words[ofServer + 3] ?? 0;
  close.serverPort = client === 1 ? ports >>> 16 : ports & 0xffff;
}

/** Opened and closing in sight, first of its 4-tuple, nothing missing, nothing twice, no window ever closed. */
function isRegularRow(words: Int32Array, doubles: Float64Array, row: number): boolean {
  const bits = words[row + BITS] ?? 0;
  if ((bits & (WANTED | UNWANTED)) !== WANTED) return false;
  if (words[row + INCARNATION] !== 1 || words[row + PREVIOUS_ID] !== 0) return false;
  if (words[row + DUPLICATES] !== 0 || words[row + UNLOGGED] !== 0) return false;
  const logged = words[row + LOG_COUNT] ?? 0;
  if (logged < 4 || logged > LONGEST) return false;
  const a = row + SENT;
  const b = a + DIRECTION;
  if (words[a + HOLES] !== 0 || words[b + HOLES] !== 0) return false;
  const bitsA = words[a + SENT_BITS] ?? 0;
  const bitsB = words[b + SENT_BITS] ?? 0;
  if (((bitsA | bitsB) & (HAS_AHEAD | WINDOW_CLOSED | MULTIPATH)) !== 0) return false;
  if (((bitsA ^ bitsB) & TIMESTAMPS_ANNOUNCED) !== 0) return false;
  if (doubles[(a + ZERO_WINDOW_UNTIL) >> 1] !== 0 || doubles[(b + ZERO_WINDOW_UNTIL) >> 1] !== 0) {
    return false;
  }
  return !isSelfConnected(words, row);
}

function isSelfConnected(words: Int32Array, row: number): boolean {
  const ports = words[row + PORTS] ?? 0;
  if (ports >>> 16 !== (ports & 0xffff)) return false;
  for (let word = 0; word < 4; word++) {
    if (words[row + ADDRESS_A + word] !== words[row + ADDRESS_B + word]) return false;
  }
  return true;
}

/** Nothing was under way when an RST of end `from` came: both ends have acknowledged everything. */
function isQuiet(words: Int32Array, row: number, from: number, seq: number, ack: number): boolean {
  const own = row + SENT + from * DIRECTION;
  const peer = row + SENT + (1 - from) * DIRECTION;
  return (
    words[own + HIGH] === seq &&
    words[peer + ACK_HIGH] === seq &&
    words[peer + HIGH] === ack &&
    words[own + ACK_HIGH] === ack
  );
}
