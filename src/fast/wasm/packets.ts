/**
 * Takes packets of a list (`packet-list.ts`): those of connections that go by the book or are established in a full row. A stretch
 * of them is taken group by group, since packets of different connections have nothing to do with each other; but whoever takes
 * what is left, finds everything before that taken, and of its own connection nothing behind it.
 * `capture/` and `decode/` say the same for all records; `test/flow/packets.test.ts` holds the two equal.
 */
import {
  CREATED,
  ENDED,
  FULL_AT,
  HIGH_A,
  IS_FULL,
  IS_QUEUED,
  NOBODY,
  NUMBER,
  ROWS,
  STATUS,
  TOUCHED,
  WALKED_CREATED,
  WALKED_ENDED,
  WALKED_FURTHER,
  WALKED_RECORDS,
  WALKED_TIME,
  WALKED_TO,
} from '../memory-map';
import { append, begin, follow, lastFollowed } from './compact-rows';
import { closedPlace, find, rowNear } from './flow-index';
import { hasKey, isElsewhere } from './flow-key';
import { takeInFull } from './full-rows';
import { behind, flagsOf, HASH, isIpv6, RECORD_END } from './packet';
import {
  BEGINS_GROUP,
  BEGINS_STRETCH,
  has,
  nextGroupOf,
  nextOf,
  numberOf,
  recordOf,
  setNextGroup,
  setTaken,
  TAKEN,
} from './packet-list';
import { rest, rowAt, word } from './row';
import { ACK, CONTROL } from './segment';

/**
 * Groups that are looked at before the first of them is taken, so that what is known of their connections comes into the
 * processor's cache for all of them at once.
 */
const AHEAD: usize = 32;
const END_OF_ROWS: usize = <usize>ROWS + (AHEAD << 2);

/** What a walk goes by (see {@link beginWalk}), and what it has done so far: up to which record it came, and the time of that. */
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

/** Of the list at hand: the first of what is left of the stretch's groups; the last packet of all that were taken. */
let groups: usize = 0;
let furthest: usize = 0;
/** Of the stretch: the number of the frame before its first. No packet from `limit` on is taken before that one. */
let frameBefore: i32 = 0;
let limit: usize = 0;

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

/** Takes packets of a list, which ends at `end`, from `packets` on. Returns the first that is left. */
export function walk(list: usize, packets: usize, end: usize): usize {
  if (packets === list) {
    groups = 0;
    furthest = 0;
  }
  let packet = passOthers(packets, end);
  for (;;) {
    packet = passTaken(packet, end);
    if (packet >= end || recordOf(packet) !== position) break;
    if (has(packet, BEGINS_STRETCH)) groups = packet;
    const isEarlier = load<f64>(packet) < last;
    if (isEarlier) break;
    frameBefore = frame + records - numberOf(packet);
    takeGroups(list);
    if (!has(packet, TAKEN)) break;
  }
  store<i32>(WALKED_RECORDS, records);
  store<i32>(WALKED_ENDED, ended);
  store<i32>(WALKED_CREATED, created);
  store<i32>(WALKED_TO, position);
  store<i32>(WALKED_FURTHER, furthest > packet ? 1 : 0);
  store<f64>(WALKED_TIME, last);
  return packet;
}

/** Passes packets of records that went another way. */
function passOthers(packets: usize, end: usize): usize {
  let packet = packets;
  while (packet < end && recordOf(packet) < position) {
    if (has(packet, BEGINS_STRETCH)) groups = packet;
    setTaken(packet);
    packet = behind(packet);
  }
  return packet;
}

/** Passes packets that were taken, one record after another. */
function passTaken(packets: usize, end: usize): usize {
  let packet = packets;
  let at = position;
  let before = packet;
  let count = records;
  while (packet < end && has(packet, TAKEN) && recordOf(packet) === at) {
    at = load<i32>(packet, RECORD_END);
    before = packet;
    packet = behind(packet);
    count++;
  }
  if (packet !== packets) last = load<f64>(before);
  position = at;
  records = count;
  return packet;
}

/** Takes what can be taken of the groups of a stretch. */
function takeGroups(list: usize): void {
  limit = usize.MAX_VALUE;
  let before: usize = 0;
  let group = groups;
  while (group !== 0) {
    touch(list, group);
    for (let slot: usize = ROWS; slot < END_OF_ROWS && group !== 0; slot += 4) {
      // Groups of which nothing was taken stand in the order of their first packets.
      if (group >= limit && has(group, BEGINS_GROUP)) return;
      const next = nextGroupOf(list, group);
      const left = takeGroup(list, group, load<i32>(slot));
      if (left !== group) {
        const following = left === 0 ? next : left;
        if (left !== 0) setNextGroup(list, left, next);
        if (before !== 0) setNextGroup(list, before, following);
        else groups = following;
      }
      if (left !== 0) before = left;
      group = next;
    }
  }
}

/** Brings what is known of the connections of the next groups near; finds a row for each. */
function touch(list: usize, first: usize): void {
  let group = first;
  let slots: usize = ROWS;
  for (; slots < END_OF_ROWS && group !== 0; slots += 4) {
    store<i32>(slots, rowNear(load<i32>(group, HASH)));
    group = nextGroupOf(list, group);
  }
  // A sum of what is loaded, so that no compiler leaves the loads out.
  let seen: i32 = 0;
  group = first;
  for (let slot: usize = ROWS; slot < slots; slot += 4) {
    const row = load<i32>(slot);
    seen += load<i32>(
      select<usize>(rowAt(row) + (STATUS << 2), closedPlace(load<i32>(group, HASH)), row !== 0),
    );
    if (isIpv6(group)) seen += word(rest(rowAt(row)), HIGH_A);
    group = nextGroupOf(list, group);
  }
  store<i32>(TOUCHED, seen);
}

/**
 * Takes what can be taken of a group. Returns the first packet that is left, 0 for none.
 *
 * @param near a row that may be its connection's
 */
function takeGroup(list: usize, first: usize, near: i32): usize {
  let packet = first;
  while (packet !== 0 && has(packet, TAKEN)) packet = nextOf(list, packet);
  if (packet === 0) return 0;
  const isOurs = !isElsewhere(packet);
  let row = near;
  // It may have gone since, and be another's or nobody's.
  if (isOurs && (row === 0 || word(rowAt(row), NUMBER) === NOBODY || !hasKey(row, packet)))
    row = find(packet);
  while (packet !== 0) {
    if (packet >= limit) return packet;
    const time = load<f64>(packet) + shift;
    if (time < latest || time >= until) {
      limit = packet;
      return packet;
    }
    if (isOurs && row !== 0) {
      const left = follow(list, packet, limit, row, frameBefore, shift, latest, until);
      if (left !== packet) {
        furthest = max(furthest, lastFollowed);
        packet = left;
        continue;
      }
    }
    if (isOurs) {
      row = row === 0 ? create(packet, time) : take(row, packet, time);
      if (row === 0) {
        limit = packet;
        return packet;
      }
    }
    setTaken(packet);
    if (packet > furthest) furthest = packet;
    packet = nextOf(list, packet);
  }
  return 0;
}

/** Opens a connection; returns its row, 0 where that is not for here. */
function create(packet: usize, time: f64): i32 {
  // Nobody behind it has a number yet.
  if (!has(packet, BEGINS_GROUP)) return 0;
  // Whether the checksum of a stray ACK is right was not looked at.
  if ((flagsOf(packet) & CONTROL) === ACK) return 0;
  const own = frameBefore + numberOf(packet) + 1;
  const row = begin(packet, time, own, id + created);
  if (row === 0) return 0;
  store<i32>(CREATED + (created << 2), own - frame);
  created++;
  // It ends with its first segment.
  if (word(rowAt(row), STATUS) & IS_QUEUED) noteEnded(row);
  return row;
}

/** Takes a packet into its row; returns that, which may be another one then, or 0 where it is not for here. */
function take(row: i32, packet: usize, time: f64): i32 {
  const own = frameBefore + numberOf(packet) + 1;
  if (word(rowAt(row), STATUS) & IS_FULL) {
    return takeInFull(word(rowAt(row), FULL_AT), packet, time, own) ? row : 0;
  }
  const taken = append(row, packet, time, own);
  if (taken & 1) noteEnded(taken >> 1);
  return taken >> 1;
}

/** The row is to be put on the calendar. */
function noteEnded(row: i32): void {
  store<i32>(ENDED + (ended << 3), row);
  store<i32>(ENDED + (ended << 3), word(rowAt(row), NUMBER), 4);
  ended++;
}
