/**
 * Connections in which everything so far went by the book: opened by SYN, SYN and ACK in sight, every segment in order,
 * seen once, of one TTL an end, no window closed, few segments. Each keeps its segments and next to nothing else, so that
 * most connections cost little until they are counted. As soon as a segment comes that does not belong here, the
 * connection moves to a full row, which takes its segments as if they came now, and goes on there.
 */
import { MULTIPATH, TIMESTAMPS_ANNOUNCED } from '../announced';
import { BEFORE, IRREGULAR, OVER } from '../close-codes';
import {
  ACKED,
  ANNOUNCED,
  AT_ACK,
  AT_BEFORE,
  AT_ECHO,
  AT_FRAME,
  AT_META,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  COUNT_MASK,
  DUE,
  FIRST,
  HAS_TIMESTAMPS,
  HIGH_BITS,
  IS_IPV6,
  IS_QUEUED,
  LAST,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  MOST_SEGMENTS,
  NEXT_SEQ,
  NUMBER,
  OPEN_ONES,
  OPEN_ROWS,
  OPENER_IS_B,
  SENT_BY_B,
  SERVER_SPOKE,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
  USES_TIMESTAMPS,
} from '../compact-row';
import { OPENING_LOG } from '../log-layout';
import { close } from './closing';
import { enter } from './flow-index';
import { direction, ipv6, isSelfConnected, writeKey } from './flow-key';
import * as journal from './journal';
import { makeRoom } from './renewal';
import { phaseOf, releaseRow, rest, rowAt, set, takeRow, word } from './row';
import { moveAway } from './row-life';
import {
  ACK,
  ack,
  announced,
  CONTROL,
  echo,
  FIN,
  flags,
  frame,
  ipId,
  length,
  RST,
  SYN,
  seq,
  stamped,
  time,
  timestamp,
  ttl,
  URG,
  window,
} from './segment';

/** What a compact row cannot hold: 2^38 ns, more than four and a half minutes after its first segment. */
const TOO_LATE: i64 = 1 << 38;

/**
 * Takes the segment at hand where it opens a connection, and enters that into the index. Returns the row; 0, and nothing is
 * changed, where it needs a full one.
 */
export function begin(id: i32): i32 {
  if ((flags & (CONTROL | URG)) !== SYN || length !== 0 || window === 0) return 0;
  if (announced & MULTIPATH || isSelfConnected()) return 0;
  const start = <i64>time;
  if (<f64>start !== time) return 0;
  makeRoom();
  const row = takeRow(OPEN_ROWS);
  if (row === 0) return 0;
  const place = journal.open();
  if (place === 0 || !enter(OPEN_ONES, row)) {
    if (place !== 0) journal.giveBack(1);
    releaseRow(OPEN_ROWS, row);
    return 0;
  }
  const at = rowAt(row);
  const more = rest(at);
  writeKey(at);
  set(at, NUMBER, id);
  set(at, DUE, 0);
  store<i64>(at + (STARTED << 2), start);
  set(at, NEXT_SEQ + direction, seq + 1);
  set(at, NEXT_SEQ + 1 - direction, 0);
  set(at, ACKED, 0);
  set(at, ACKED + 1, 0);
  set(at, ANNOUNCED + direction, announced | (ttl << 24));
  let status = 1;
  if (ipv6) status |= IS_IPV6;
  if (direction === 1) status |= OPENER_IS_B;
  if (announced & TIMESTAMPS_ANNOUNCED) status |= USES_TIMESTAMPS;
  write(at, place, status, row, 0);
  set(more, FIRST, place);
  journal.begin(place);
  return row;
}

/**
 * Takes the segment at hand where it goes by the book. Returns twice the row, which is another one where that closed the
 * connection, and 1 more where it is to be queued; 0, and nothing is changed, where it does not.
 */
export function append(row: i32): i32 {
  const at = rowAt(row);
  const status = word(at, STATUS);
  const count = status & COUNT_MASK;
  if (count === MOST_SEGMENTS || (flags & URG) !== 0 || window === 0) return 0;
  const control = flags & CONTROL;
  const moment = <i64>time;
  const since = moment - load<i64>(at + (STARTED << 2));
  if (<f64>moment !== time || since < 0 || since >= TOO_LATE) return 0;
  // Of an opening the plain path keeps so many segments: what ends it later is not among them.
  if (count >= OPENING_LOG && (status & SERVER_SPOKE) === 0) return 0;
  const peerNext = word(at, NEXT_SEQ + 1 - direction);
  const fromOpener = (direction === 1) === ((status & OPENER_IS_B) !== 0);
  let next = status + 1;
  if (count === 1) {
    if (control !== (SYN | ACK) || fromOpener || length !== 0 || ack !== peerNext) return 0;
    if (announced & MULTIPATH) return 0;
    if (((announced & TIMESTAMPS_ANNOUNCED) !== 0) !== ((status & USES_TIMESTAMPS) !== 0)) return 0;
    set(at, ANNOUNCED + direction, announced | (ttl << 24));
  } else {
    if ((control & (SYN | ACK)) !== ACK || seq !== word(at, NEXT_SEQ + direction)) return 0;
    if (stamped !== ((status & USES_TIMESTAMPS) !== 0)) return 0;
    const acked = word(at, ACKED + direction);
    if (count === 2) {
      if (!fromOpener || control !== ACK || ack !== peerNext) return 0;
    } else if (ack - acked < 0) return 0;
    if (ack - peerNext > 0) return 0;
    if (<u32>word(at, ANNOUNCED + direction) >>> 24 !== ttl) return 0;
    const saysNothing = length === 0 && ack === acked && control === ACK;
    if (saysNothing && isCopy(at, status)) return 0;
    if (!fromOpener) next |= SERVER_SPOKE;
    if (control !== ACK || phaseOf(status) !== BEFORE) {
      next = close(at, next, moment);
      if (next === IRREGULAR) return 0;
    }
  }
  // Nothing but the times of a close, which count when it is over, has been changed before.
  makeRoom();
  const place = journal.open();
  if (place === 0) return 0;
  write(at, place, next, word(at, LAST), since);
  set(at, NEXT_SEQ + direction, seq + length + (control & (SYN | FIN) ? 1 : 0));
  set(at, ACKED + direction, ack);
  const now = phaseOf(next) === OVER ? moveAway(row) : row;
  if (next & IS_QUEUED) return (now << 1) | (now === row ? 0 : 1);
  if ((control & (FIN | RST)) === 0 && phaseOf(next) !== OVER) return now << 1;
  set(rowAt(now), STATUS, word(rowAt(now), STATUS) | IS_QUEUED);
  return (now << 1) | 1;
}

/**
 * Writes the segment at hand behind those that are there, and its time into the row.
 *
 * @param status of the row behind it
 * @param before place of the one before it; of the first, the row
 * @param since nanoseconds since the first
 */
function write(at: usize, place: i32, status: i32, before: i32, since: i64): void {
  const to = journal.segmentAt(place);
  const high = <i32>(since >> 32);
  set(to, AT_BEFORE, before);
  set(to, AT_ACK, ack);
  set(to, AT_TIMESTAMP, stamped ? timestamp : 0);
  set(to, AT_ECHO, stamped ? echo : 0);
  set(to, AT_FRAME, frame);
  set(to, AT_TIME, <i32>since);
  set(to, AT_WINDOW_LENGTH, (window << 16) | length);
  let meta = flags | (high << TIME_HIGH_SHIFT) | (ipId << 16);
  if (direction === 1) meta |= SENT_BY_B;
  if (stamped) meta |= HAS_TIMESTAMPS;
  set(to, AT_META, meta);
  set(at, STATUS, (status & ~(HIGH_BITS << LAST_HIGH_SHIFT)) | (high << LAST_HIGH_SHIFT));
  set(at, LAST, place);
  set(at, LAST_TIME, <i32>since);
}

/** The end's last segment says the same, and comes where that did: it may have been captured twice. */
function isCopy(at: usize, status: i32): bool {
  let place = word(at, LAST);
  for (let left = status & COUNT_MASK; left > 0; left--) {
    const one = journal.segmentAt(place);
    const meta = word(one, AT_META);
    place = word(one, AT_BEFORE);
    if ((meta & SENT_BY_B ? 1 : 0) !== direction) continue;
    return (
      word(one, AT_WINDOW_LENGTH) === window << 16 &&
      (meta & 0xff) === flags &&
      (ipId < 0 || <i32>(<u32>meta >>> 16) === ipId)
    );
  }
  return false;
}
