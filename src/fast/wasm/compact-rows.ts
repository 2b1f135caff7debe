/**
 * Connections in which everything so far went by the book: opened by SYN, SYN and ACK in sight, every segment in order,
 * seen once, of one TTL an end, no window closed, few segments. Each keeps its segments and next to nothing else, so that
 * most connections cost little until they are counted. As soon as a segment comes that does not belong here, the
 * connection moves to a full row, which takes its segments as if they came now, and goes on there.
 */
import { MULTIPATH, SUM_RIGHT, TIMESTAMPS_ANNOUNCED } from '../../flow/announced';
import { OPENING_LOG } from '../../flow/log-layout';
import { BEFORE, IRREGULAR, OVER } from '../close-codes';
import {
  ACKED,
  ANNOUNCED,
  AT_ACK,
  AT_BEFORE,
  AT_FRAME,
  AT_META,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  CLOSE_START,
  CONTENT_SHIFT,
  COUNT_MASK,
  DUE,
  ENDS,
  FIRST,
  HAS_TIMESTAMPS,
  HAS_WRONG_SUM,
  HIGH_BITS,
  IS_FULL,
  IS_IPV6,
  IS_QUEUED,
  IS_STRAY,
  LAST,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  MOST_SEGMENTS,
  NEXT_SEQ,
  NUMBER,
  OPEN_ONES,
  OPEN_ROWS,
  OPENER_IS_B,
  PHASE_SHIFT,
  SENT_BY_B,
  SERVER_SPOKE,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
  USES_TIMESTAMPS,
  WINDOWS,
  WINDOWS_VARY,
} from '../memory-map';
import { close, refuse } from './closing';
import { enter } from './flow-index';
import { isSelfConnected, writeKey } from './flow-key';
import * as journal from './journal';
import {
  ACK_NUMBER,
  announcedBy,
  BITS,
  contentOf,
  directionOf,
  flagsOf,
  HAS_UNUSUAL_OPTIONS,
  HASH,
  ipIdOf,
  isIpv6,
  isStamped,
  lengthOf,
  META,
  SEQ,
  TIMESTAMP,
  TTL_ANNOUNCED,
  ttlOf,
  WINDOW_LENGTH,
  windowOf,
} from './packet';
import { nextOf, numberOf, setTaken } from './packet-list';
import { makeRoom } from './renewal';
import { phaseOf, releaseRow, rest, rowAt, set, takeRow, word } from './row';
import { moveAway } from './row-life';
import { ACK, CONTROL, FIN, RST, SYN, URG } from './segment';

/** What a compact row cannot hold: 2^38 ns, more than four and a half minutes after its first segment. */
const TOO_LATE: u64 = 1 << 38;

/** Bits of a status that ends {@link follow}: the connection closes, or is in a full row. */
const NOT_FOLLOWED: i32 = IS_FULL | (7 << PHASE_SHIFT);

/**
 * Begins a row for a packet that opens a connection, and enters it into the index. Returns the row, or 0 (and
 * changes nothing) if the connection needs a full row.
 *
 * @param time nanoseconds since the first record of its stretch of time
 */
export function begin(packet: usize, time: f64, frame: i32, id: i32): i32 {
  const control = flagsOf(packet) & (CONTROL | URG);
  const isStray = control !== SYN;
  if (isStray && !isKnownStray(control)) return 0;
  if (lengthOf(packet) !== 0 || (windowOf(packet) === 0 && (control & RST) === 0)) return 0;
  if (load<i32>(packet, BITS) & HAS_WRONG_SUM) return 0;
  const announced = announcedBy(packet);
  if (announced & MULTIPATH || load<i32>(packet, BITS) & HAS_UNUSUAL_OPTIONS || isSelfConnected(packet))
    return 0;
  const start = <i64>time;
  if (<f64>start !== time) return 0;
  if (journal.isFull()) makeRoom();
  const row = takeRow(OPEN_ROWS);
  if (row === 0) return 0;
  const place = journal.open();
  if (place === 0 || !enter(OPEN_ONES, row, load<i32>(packet, HASH))) {
    if (place !== 0) journal.giveBack(1);
    releaseRow(OPEN_ROWS, row);
    return 0;
  }
  const at = rowAt(row);
  const more = rest(at);
  const direction = directionOf(packet);
  writeKey(packet, at);
  set(at, NUMBER, id);
  set(at, DUE, 0);
  store<i64>(at, start, STARTED << 2);
  set(at, NEXT_SEQ + direction, load<i32>(packet, SEQ) + (control & SYN ? 1 : 0));
  set(at, NEXT_SEQ + 1 - direction, 0);
  store<i64>(at, 0, ACKED << 2);
  set(at, ANNOUNCED + direction, load<i32>(packet, TTL_ANNOUNCED));
  let status = isStray ? 1 | IS_STRAY : 1;
  if (isIpv6(packet)) status |= IS_IPV6;
  if (isStray ? isClientB(at, direction, control) : direction === 1) status |= OPENER_IS_B;
  if (announced & TIMESTAMPS_ANNOUNCED) status |= USES_TIMESTAMPS;
  if (control & RST) {
    status |= (OVER << PHASE_SHIFT) | IS_QUEUED;
    store<f64>(more + (CLOSE_START << 2), time);
  }
  write(packet, frame, at, place, status, ~row, 0);
  set(more, FIRST, place);
  journal.begin(place);
  return row;
}

/** One segment alone of which a compact row has all there is to say. */
function isKnownStray(control: i32): bool {
  return control === RST || control === (RST | ACK) || control === ACK || control === (SYN | ACK);
}

/** Who is the client of a stray segment: `roleBits` of `../../flow/incarnation.ts`. */
function isClientB(at: usize, direction: i32, control: i32): bool {
  if (control & SYN) return direction === 0;
  const ports = word(at, ENDS);
  const portA = <i32>(<u32>ports >>> 16);
  const portB = ports & 0xffff;
  const isSourceClient = direction === 1 ? portB >= portA : portA >= portB;
  return (direction === 1) === isSourceClient;
}

/**
 * Appends the segment of a packet that goes by the book. Returns twice the row (another row if the segment
 * closed the connection), plus 1 if the row must be put on the calendar; 0 (and changes nothing) if the segment
 * is out of the ordinary.
 */
export function append(row: i32, packet: usize, time: f64, frame: i32): i32 {
  const at = rowAt(row);
  const status = load<i32>(at, STATUS << 2);
  const count = status & COUNT_MASK;
  const flags = flagsOf(packet);
  const control = flags & CONTROL;
  const mayClose = count === 1 && control === (RST | ACK);
  if (count === MOST_SEGMENTS || (flags & URG) !== 0 || (windowOf(packet) === 0 && !mayClose)) return 0;
  if ((status & IS_STRAY) !== 0) return 0;
  const moment = <i64>time;
  const since = moment - load<i64>(at, STARTED << 2);
  if (<f64>moment !== time || <u64>since >= TOO_LATE) return 0;
  // Of an opening the plain path keeps so many segments: what ends it later is not among them.
  if (count >= OPENING_LOG && (status & SERVER_SPOKE) === 0) return 0;
  const direction = directionOf(packet);
  const length = lengthOf(packet);
  const own = at + (direction << 2);
  const peerNext = load<i32>(at + ((1 - direction) << 2), NEXT_SEQ << 2);
  const seq = load<i32>(packet, SEQ);
  const ack = load<i32>(packet, ACK_NUMBER);
  const fromOpener = (direction === 1) === ((status & OPENER_IS_B) !== 0);
  let next = status + 1;
  if (mayClose) {
    if (fromOpener || length !== 0 || ack !== peerNext || seq !== 0) return 0;
    if (load<i32>(packet, BITS) & HAS_WRONG_SUM) return 0;
    store<i32>(own, load<i32>(packet, TTL_ANNOUNCED), ANNOUNCED << 2);
    next = refuse(packet, at, next, moment);
  } else if (count === 1) {
    if (control !== (SYN | ACK) || fromOpener || length !== 0 || ack !== peerNext) return 0;
    const announced = announcedBy(packet);
    if (announced & MULTIPATH || load<i32>(packet, BITS) & HAS_UNUSUAL_OPTIONS) return 0;
    if (((announced & TIMESTAMPS_ANNOUNCED) !== 0) !== ((status & USES_TIMESTAMPS) !== 0)) return 0;
    store<i32>(own, load<i32>(packet, TTL_ANNOUNCED), ANNOUNCED << 2);
  } else {
    if ((control & (SYN | ACK)) !== ACK || seq !== load<i32>(own, NEXT_SEQ << 2)) return 0;
    if (isStamped(packet) !== ((status & USES_TIMESTAMPS) !== 0)) return 0;
    const acked = load<i32>(own, ACKED << 2);
    if (count === 2) {
      if (!fromOpener || control !== ACK || ack !== peerNext) return 0;
    } else if (ack - acked < 0) return 0;
    if (ack - peerNext > 0) return 0;
    if (<i32>load<u8>(own, (ANNOUNCED << 2) + 3) !== ttlOf(packet)) return 0;
    const saysNothing = length === 0 && ack === acked && control === ACK;
    if (saysNothing && isCopy(packet, at, status)) return 0;
    // Its receiver drops it.
    if (load<i32>(packet, BITS) & HAS_WRONG_SUM && load<i32>(own, ANNOUNCED << 2) & SUM_RIGHT) return 0;
    if (!fromOpener) next |= SERVER_SPOKE;
    if (control !== ACK || phaseOf(status) !== BEFORE) {
      next = close(packet, at, next, moment);
      if (next === IRREGULAR) return 0;
    }
  }
  if (count > 1) next = noteWindow(packet, at, status, next);
  // Nothing but windows and the times of a close, which count when it is over, has been changed before.
  if (journal.isFull()) makeRoom();
  const place = journal.open();
  if (place === 0) return 0;
  write(packet, frame, at, place, next, load<i32>(at, LAST << 2), since);
  store<i32>(own, seq + length + (control & (SYN | FIN) ? 1 : 0), NEXT_SEQ << 2);
  store<i32>(own, ack, ACKED << 2);
  if (control === ACK && phaseOf(next) !== OVER) return row << 1;
  const now = phaseOf(next) === OVER ? moveAway(row, load<i32>(packet, HASH)) : row;
  if (next & IS_QUEUED) return (now << 1) | (now === row ? 0 : 1);
  if ((control & (FIN | RST)) === 0 && phaseOf(next) !== OVER) return now << 1;
  set(rowAt(now), STATUS, word(rowAt(now), STATUS) | IS_QUEUED);
  return (now << 1) | 1;
}

/** The last packet that {@link follow} took. */
export let lastFollowed: usize = 0;

/**
 * Takes packets of a group, from `first` on and in front of `limit`, as long as each is the most common thing while a connection
 * is established: the next data, or an ACK of some. Returns the first that is something else, 0 for none. `append` says the same
 * for all; this one keeps the row's words at hand, and asks all questions at once, since the answers are nearly always the same.
 *
 * @param earliest of their times, without `shift`; `until` is the first that is too late
 */
export function follow(
  list: usize,
  first: usize,
  limit: usize,
  row: i32,
  frameBefore: i32,
  shift: f64,
  earliest: f64,
  until: f64,
): usize {
  const at = rowAt(row);
  const found = load<i32>(at, STATUS << 2);
  const known = found & COUNT_MASK;
  if (known < 3 || (found & NOT_FOLLOWED) !== 0) return first;
  const started = load<i64>(at, STARTED << 2);
  const stamped = found & USES_TIMESTAMPS ? HAS_TIMESTAMPS : 0;
  const windows = at + (DUE << 2);
  let status = found;
  let count = known;
  let place = load<i32>(at, LAST << 2);
  let since: i64 = 0;
  let packet = first;
  while (packet !== 0 && packet < limit) {
    const meta = load<i32>(packet, META);
    const end: usize = meta & SENT_BY_B ? 4 : 0;
    const own = at + end;
    const ack = load<i32>(packet, ACK_NUMBER);
    const acked = load<i32>(own, ACKED << 2);
    const numbers = load<i32>(packet, WINDOW_LENGTH);
    const length = numbers & 0xffff;
    const seq = load<i32>(packet, SEQ);
    const time = load<f64>(packet) + shift;
    const moment = <i64>time;
    const later = moment - started;
    const isOther =
      ((meta & (CONTROL | URG)) ^ ACK) |
      ((meta & HAS_TIMESTAMPS) ^ stamped) |
      (seq ^ load<i32>(own, NEXT_SEQ << 2)) |
      (i32(load<u8>(own, (ANNOUNCED << 2) + 3)) ^ ttlOf(packet)) |
      i32(<u32>numbers <= 0xffff) |
      i32(ack - acked < 0) |
      i32(ack - load<i32>(at + 4 - end, NEXT_SEQ << 2) > 0) |
      i32((length | (ack ^ acked)) === 0) |
      i32(<u64>later >= TOO_LATE) |
      i32(<f64>moment !== time) |
      i32(time < earliest) |
      i32(time >= until) |
      i32(count === MOST_SEGMENTS) |
      (i32(count >= OPENING_LOG) & i32((status & SERVER_SPOKE) === 0)) |
      i32(journal.isFull());
    if (isOther !== 0) break;
    since = later;
    const next = journal.openNext();
    writeSegment(packet, frameBefore + numberOf(packet) + 1, next, place, later);
    place = next;
    store<i32>(own, seq + length, NEXT_SEQ << 2);
    store<i32>(own, ack, ACKED << 2);
    if (offersAnother(windows + (end >>> 1), <i32>(<u32>numbers >>> 16))) status |= WINDOWS_VARY;
    count++;
    // The opener is the client.
    if (((meta & SENT_BY_B) !== 0) !== ((status & OPENER_IS_B) !== 0)) status |= SERVER_SPOKE;
    setTaken(packet);
    lastFollowed = packet;
    packet = nextOf(list, packet);
  }
  if (count === known) return packet;
  const high = <i32>(since >> 32);
  const rest = status & ~(COUNT_MASK | (HIGH_BITS << LAST_HIGH_SHIFT));
  store<i32>(at, rest | count | (high << LAST_HIGH_SHIFT), STATUS << 2);
  store<i32>(at, place, LAST << 2);
  store<i32>(at, <i32>since, LAST_TIME << 2);
  return packet;
}

/**
 * Writes the segment of a packet to the journal, linked to the segment before it, and its time into the row.
 *
 * @param status of the row behind it
 * @param before place of the one before it; of the first, the row, inverted
 * @param since nanoseconds since the first
 */
function write(packet: usize, frame: i32, at: usize, place: i32, status: i32, before: i32, since: i64): void {
  writeSegment(packet, frame, place, before, since);
  const high = <i32>(since >> 32);
  store<i32>(at, (status & ~(HIGH_BITS << LAST_HIGH_SHIFT)) | (high << LAST_HIGH_SHIFT), STATUS << 2);
  store<i32>(at, place, LAST << 2);
  store<i32>(at, <i32>since, LAST_TIME << 2);
}

function writeSegment(packet: usize, frame: i32, place: i32, before: i32, since: i64): void {
  const to = journal.segmentAt(place);
  const high = <i32>(since >> 32);
  store<i32>(to, before, AT_BEFORE << 2);
  store<i32>(to, load<i32>(packet, ACK_NUMBER), AT_ACK << 2);
  // Timestamp and echo.
  store<i64>(to, load<i64>(packet, TIMESTAMP), AT_TIMESTAMP << 2);
  store<i32>(to, frame | (contentOf(packet) << CONTENT_SHIFT), AT_FRAME << 2);
  store<i32>(to, <i32>since, AT_TIME << 2);
  store<i32>(to, load<i32>(packet, WINDOW_LENGTH), AT_WINDOW_LENGTH << 2);
  store<i32>(to, load<i32>(packet, META) | (high << TIME_HIGH_SHIFT), AT_META << 2);
}

/**
 * Records the window of a segment that is not part of the opening. Returns `next`, the status of the row after
 * the segment, with the flag that tells whether the window has changed.
 */
function noteWindow(packet: usize, at: usize, status: i32, next: i32): i32 {
  const isClosing = phaseOf(next) !== BEFORE;
  if (isClosing && phaseOf(status) === BEFORE) {
    set(rest(at), WINDOWS, word(at, DUE));
    set(at, DUE, 0);
  }
  const windows = isClosing ? rest(at) + (WINDOWS << 2) : at + (DUE << 2);
  const varies = offersAnother(windows + ((<usize>directionOf(packet)) << 1), windowOf(packet));
  return varies ? next | WINDOWS_VARY : next;
}

/** Records a window. Returns whether it differs from the one before. */
function offersAnother(noted: usize, offered: i32): bool {
  const before = <i32>load<u16>(noted);
  if (before === offered) return false;
  store<u16>(noted, <u16>offered);
  return before !== 0;
}

/**
 * Whether a segment repeats the last segment of its sender at nearly the same time: the frame may have been
 * captured twice.
 */
function isCopy(packet: usize, at: usize, status: i32): bool {
  const meta = load<i32>(packet, META);
  const ipId = ipIdOf(packet);
  let place = word(at, LAST);
  for (let left = status & COUNT_MASK; left > 0; left--) {
    const one = journal.segmentAt(place);
    const own = word(one, AT_META);
    place = word(one, AT_BEFORE);
    if (((own ^ meta) & SENT_BY_B) !== 0) continue;
    return (
      word(one, AT_WINDOW_LENGTH) === load<i32>(packet, WINDOW_LENGTH) &&
      ((own ^ meta) & 0xff) === 0 &&
      (ipId < 0 || <i32>(<u32>own >>> 16) === ipId)
    );
  }
  return false;
}
