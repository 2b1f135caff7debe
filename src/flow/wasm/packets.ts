/**
 * Takes packets that were read: those of connections that go by the book or are established in a full row. It stops in front of
 * the first that is anything else, and of the first record that is not an ordinary one (`read-packet.ts`).
 * `capture/` and `decode/` say the same for all records; `test/flow/packets.test.ts` holds the two equal.
 */
import {
  CREATED,
  ENDED,
  FULL_AT,
  HIGH_A,
  IS_FULL,
  LISTED,
  NOBODY,
  NUMBER,
  PACKETS,
  STATUS,
  TOUCHED,
  WALKED_CREATED,
  WALKED_ENDED,
  WALKED_LEFT,
  WALKED_RECORDS,
  WALKED_TIME,
  WALKED_TO,
} from '../compact-row';
import { append, begin } from './compact-rows';
import { find, rowNear } from './flow-index';
import { hasKey, isElsewhere } from './flow-key';
import { takeInFull } from './full-rows';
import { behind, HASH, isIpv6, RECORD, RECORD_END } from './packet';
import { readPacket } from './read-packet';
import { rest, rowAt, word } from './row';
import { isWhole, look, next } from './run';

/**
 * Packets that are looked at before the first of them is taken, so that what is known of their connections comes into the
 * processor's cache for all of them at once.
 */
const AHEAD: i32 = 32;
/** A row for each of them that may be its connection's, behind the longest that they are. */
const ROWS: usize = PACKETS + (AHEAD << 7);

/** What a walk goes by (see {@link walk}), and what it has done so far: up to which record it came, and the time of that. */
let shift: f64 = 0;
let latest: f64 = 0;
let until: f64 = 0;
let frame: i32 = 0;
let id: i32 = 0;
let position: i32 = 0;
let last: f64 = 0;
let records: i32 = 0;
let ended: i32 = 0;
let created: i32 = 0;

/**
 * Begins a walk. What it did stands at `WALKED_…` in the end.
 *
 * @param from where the first record begins, as packets have it
 * @param previous the time of the record before, nanoseconds: no earlier one is taken
 * @param newShift what a segment's time is more than its record's
 * @param newLatest no segment before that time is taken
 * @param newUntil no segment from that time on is taken
 * @param newFrame the number of the frame before the first
 * @param newId of the next connection
 */
export function beginWalk(
  from: i32,
  previous: f64,
  newShift: f64,
  newLatest: f64,
  newUntil: f64,
  newFrame: i32,
  newId: i32,
): void {
  position = from;
  last = previous;
  shift = newShift;
  latest = newLatest;
  until = newUntil;
  frame = newFrame;
  id = newId;
  records = 0;
  ended = 0;
  created = 0;
}

/** Walks a run of records (`run.ts`), at most up to `end`. */
export function walk(end: usize): void {
  for (;;) {
    const packets = readAhead(position, end);
    if (packets === PACKETS || take(PACKETS, packets) < packets) break;
  }
  const isLeft = ended < LISTED && created < LISTED && isWhole(position, end);
  endWalk(isLeft);
}

/** Walks packets that were read by others, in their order. Returns the first that is left. */
export function walkPrepared(packets: usize, end: usize): usize {
  let packet = packets;
  // Those of records that went another way.
  while (packet < end && load<i32>(packet, RECORD) < position) packet = behind(packet);
  packet = take(packet, end);
  endWalk(ended < LISTED && created < LISTED);
  return packet;
}

function endWalk(isLeft: bool): void {
  store<i32>(WALKED_LEFT, isLeft ? 1 : 0);
  store<i32>(WALKED_RECORDS, records);
  store<i32>(WALKED_ENDED, ended);
  store<i32>(WALKED_CREATED, created);
  store<i32>(WALKED_TO, position);
  store<f64>(WALKED_TIME, last);
}

/** Reads packets up to the first that is out of the ordinary. Returns where the list of them ends. */
function readAhead(from: usize, end: usize): usize {
  let at = from;
  let packets: usize = PACKETS;
  for (let left = AHEAD; left > 0 && look(at, end) && readPacket(at, packets, 0); left--) {
    at = next;
    packets = behind(packets);
  }
  return packets;
}

/** Takes packets in their order. Returns the first that is not for here, or that does not follow the one before it. */
function take(packets: usize, end: usize): usize {
  let packet = packets;
  let at = position;
  let before = last;
  let count = records;
  let isOver = false;
  while (packet < end && !isOver) {
    const touched = touch(packet, end);
    for (let slot: usize = ROWS; packet < touched; slot += 4) {
      const time = load<f64>(packet);
      const shifted = time + shift;
      isOver =
        time < before ||
        shifted < latest ||
        shifted >= until ||
        load<i32>(packet, RECORD) !== at ||
        !takeOne(packet, load<i32>(slot), shifted, count + 1);
      if (isOver) break;
      count++;
      before = time;
      at = load<i32>(packet, RECORD_END);
      packet = behind(packet);
    }
  }
  position = at;
  last = before;
  records = count;
  return packet;
}

/** Brings what is known of the connections of the next packets near; finds a row for each. Returns where those end. */
function touch(packets: usize, end: usize): usize {
  let packet = packets;
  const last: usize = ROWS + (AHEAD << 2);
  let slots: usize = ROWS;
  for (; slots < last && packet < end; slots += 4) {
    store<i32>(slots, rowNear(load<i32>(packet, HASH)));
    packet = behind(packet);
  }
  // A sum of what is loaded, so that no compiler leaves the loads out.
  let seen: i32 = 0;
  let behindIt = packets;
  for (let slot: usize = ROWS; slot < slots; slot += 4) {
    const row = rowAt(load<i32>(slot));
    seen += word(row, STATUS);
    if (isIpv6(behindIt)) seen += word(rest(row), HIGH_A);
    behindIt = behind(behindIt);
  }
  store<i32>(TOUCHED, seen);
  return packet;
}

/**
 * Takes a packet; false where it is not for here.
 *
 * @param near a row that may be its connection's
 * @param number how many this walk has taken with it
 */
function takeOne(packet: usize, near: i32, time: f64, number: i32): bool {
  if (isElsewhere(packet)) return true;
  let row = near;
  // It may have gone since, and be another's or nobody's.
  if (row === 0 || word(rowAt(row), NUMBER) === NOBODY || !hasKey(row, packet)) row = find(packet);
  if (row === 0) {
    if (created === LISTED || begin(packet, time, frame + number, id + created) === 0) return false;
    store<i32>(CREATED + (created << 2), number);
    created++;
    return true;
  }
  if (word(rowAt(row), STATUS) & IS_FULL) {
    return takeInFull(word(rowAt(row), FULL_AT), packet, time, frame + number);
  }
  if (ended === LISTED) return false;
  const taken = append(row, packet, time, frame + number);
  if (taken & 1) {
    store<i32>(ENDED + (ended << 3), taken >> 1);
    store<i32>(ENDED + (ended << 3), word(rowAt(taken >> 1), NUMBER), 4);
    ended++;
  }
  return taken !== 0;
}
