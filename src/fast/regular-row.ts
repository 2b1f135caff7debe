/**
 * The fast path of the endings that most connections have: opened in full, closed by FINs that were acknowledged at
 * once, or aborted by an RST with nothing under way, every segment in order and none sent twice. Such an ending is read
 * straight from typed memory; replay and rules would cost fifty times as much (`test/bench/check.js` shows its loss).
 * Whatever is out of the ordinary is left to them. `test/engine/regular-close.test.ts` holds it equal to the plain path.
 */
import { MULTIPATH, TIMESTAMPS_ANNOUNCED } from '../flow/announced.ts';
import { createKey, type FlowKey, isSelfConnected, loadKey } from '../flow/flow-key.ts';
import {
  BITS,
  CLIENT_IS_B,
  CLOSING,
  CUT_HEADERS,
  DIRECTION,
  DUPLICATES,
  END,
  HAS_AHEAD,
  HOLES,
  ID,
  INCARNATION,
  IPV6,
  LAST_FRAME,
  LOG_COUNT,
  LOG_HEAD,
  LOG_OPENED,
  LOG_TAIL,
  OPENED,
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
  UNLOGGED,
  WINDOW_CLOSED,
  ZERO_WINDOW_UNTIL,
} from '../flow/row.ts';
import type { SegmentLog } from '../flow/segment-log.ts';
import { ABORT, BEFORE, OPEN, OVER } from './close-codes.ts';
import { createRegularClose, type RegularClose, setEnds } from './regular-close.ts';
import { OPENING, walk } from './regular-walk.ts';

/** Longer lists of segments are left to the plain path. */
const LONGEST = 32;
/** What a regular row has, and what it lacks. */
const WANTED = OPENED | ROLES_OBSERVED | SYNCHRONIZED;
const UNWANTED = TENTATIVE | CUT_HEADERS | REOPENING_ANSWERED;
const key: FlowKey = createKey();
const scratch: RegularClose = createRegularClose();

/** Records that the opening was regular, right after its last segment, while the log holds nothing else. */
export function noteRegularOpening(words: Int32Array, row: number, log: SegmentLog): void {
  const head = words[row + LOG_HEAD] ?? 0;
  if ((words[row + BITS] ?? 0) & ROLES_OBSERVED && walk(words, row, log, head, 0, scratch) === BEFORE) {
    words[row + LOG_OPENED] = words[row + LOG_TAIL] ?? 0;
  }
}

/**
 * Records in the row how the connection closed, if that was regular. Call when a segment may just have ended
 * it, while all of it is in the cache.
 */
export function noteRegularClose(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  log: SegmentLog,
): void {
  const opened = words[row + LOG_OPENED] ?? 0;
  if (opened === 0 || !isRegularRow(words, doubles, row, CLOSING)) return;
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

const BY_SERVER = 8;

/** The connection ended regularly, and nothing came after that. */
export function isRegular(words: Int32Array, row: number): boolean {
  return (
    words[row + REGULAR_FRAME] === words[row + LAST_FRAME] &&
    ((words[row + BITS] ?? 0) & (TENTATIVE | REOPENING_ANSWERED)) === 0
  );
}

/** The connection opened regularly, nothing of it is missing, and nothing has closed it. */
export function isRegularlyOpen(words: Int32Array, doubles: Float64Array, row: number): boolean {
  return words[row + LOG_OPENED] !== 0 && isRegularRow(words, doubles, row, 0);
}

/** Fills `close` from a row that {@link isRegularlyOpen}. */
export function readRegularlyOpen(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  now: number,
  close: RegularClose,
): void {
  close.kind = OPEN;
  close.byServer = false;
  readWhatAllHave(words, doubles, row, now, close);
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
  readWhatAllHave(words, doubles, row, now, close);
}

/** Fills in the number of the connection, its ends, and the time up to which it was seen. */
function readWhatAllHave(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  now: number,
  close: RegularClose,
): void {
  close.end = doubles[(row + END) >> 1] ?? 0;
  close.until = Math.max(now, close.end);
  close.id = words[row + ID] ?? 0;
  close.ipv6 = ((words[row + BITS] ?? 0) & IPV6) !== 0;
  loadKey(key, words, row);
  setEnds(close, key, (words[row + BITS] ?? 0) & CLIENT_IS_B ? 1 : 0);
}

/** Opened and closing in sight, first of its 4-tuple, nothing missing, nothing twice, no window ever closed. */
function isRegularRow(words: Int32Array, doubles: Float64Array, row: number, closing: number): boolean {
  const bits = words[row + BITS] ?? 0;
  if ((bits & (WANTED | CLOSING | UNWANTED)) !== (WANTED | closing)) return false;
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
  loadKey(key, words, row);
  return !isSelfConnected(key);
}
