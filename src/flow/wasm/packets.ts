/**
 * Walks a run of records (`run.ts`) and takes those that are ordinary: IPv4 without options or IPv6 without extension headers, TCP, of
 * a connection that goes by the book or is established in a full row. It stops in front of the first that is anything else.
 * `capture/` and `decode/` say the same for all records; `test/flow/packets.test.ts` holds the two equal.
 */
import { SCALE_KNOWN, SCALE_SHIFT, TIMESTAMPS_ANNOUNCED } from '../announced';
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
} from '../compact-row';
import { append, begin } from './compact-rows';
import { find, rowNear } from './flow-index';
import { hasKey, isElsewhere } from './flow-key';
import { takeInFull } from './full-rows';
import {
  full,
  HASH,
  HEADER,
  half,
  IP_ID,
  PACKET_BITS,
  PAYLOAD,
  RECORD_END,
  ROW,
  readPacket,
  setTuple,
  TCP,
  TCP_AT,
  TTL,
} from './packet';
import { rest, rowAt, set, word } from './row';
import { isWhole, look, next, timeAt } from './run';
import { SYN, setSegment } from './segment';

const NO_OPERATION: i32 = 1;
const MAXIMUM_SEGMENT_SIZE: i32 = 2;
const WINDOW_SCALE: i32 = 3;
const SACK_PERMITTED: i32 = 4;
const TIMESTAMPS: i32 = 8;
/** NOP NOP and the kind and length of the timestamps, as they stand in memory. */
const USUAL_TIMESTAMPS: i32 = 0x0a08_0101;
/** Of a SYN's options that are left to others. */
const UNUSUAL: i32 = -1;

/**
 * Packets that are read before the first of them is taken, so that what is known of their connections comes into the
 * processor's cache for all of them at once.
 */
const AHEAD: i32 = 32;

/** Where its timestamps stand, 0 where there are none. */
let stamped: usize = 0;

/**
 * Walks from `from` on, at most up to `end`, and says where it stopped. What it did stands at `WALKED_…`.
 *
 * @param previous the time of the record before, nanoseconds: no earlier one is taken
 * @param shift what a segment's time is more than its record's
 * @param latest no segment before that time is taken
 * @param until no segment from that time on is taken
 * @param frame the number of the frame before the first
 * @param id of the next connection
 */
export function walk(
  from: usize,
  end: usize,
  previous: f64,
  shift: f64,
  latest: f64,
  until: f64,
  frame: i32,
  id: i32,
): usize {
  let at = from;
  let last = previous;
  let records: i32 = 0;
  let ended: i32 = 0;
  let created: i32 = 0;
  let packet: usize = PACKETS;
  let packets: usize = PACKETS;
  while (ended < LISTED && created < LISTED) {
    if (packet === packets) {
      packet = PACKETS;
      packets = readAhead(at, end);
      if (packets === PACKETS) break;
    }
    const time = timeAt(at);
    const shifted = time + shift;
    if (time < last || shifted < latest || shifted >= until) break;
    setTuple(packet);
    if (!isElsewhere()) {
      let row = word(packet, ROW);
      // It may have gone since, and be another's or nobody's.
      if (row === 0 || word(rowAt(row), NUMBER) === NOBODY || !hasKey(row)) row = find();
      if (row === 0) {
        if (take(0, packet, shifted, frame + records + 1, id + created) === 0) break;
        store<i32>(CREATED + (created << 2), records + 1);
        created++;
      } else {
        const taken = take(row, packet, shifted, frame + records + 1, 0);
        if (taken === 0) break;
        if (taken & 1) {
          store<i32>(ENDED + (ended << 3), taken >> 1);
          store<i32>(ENDED + (ended << 3), word(rowAt(taken >> 1), NUMBER), 4);
          ended++;
        }
      }
    }
    records++;
    last = time;
    at = word(packet, RECORD_END);
    packet += 1 << PACKET_BITS;
  }
  const isLeft = ended < LISTED && created < LISTED && isWhole(at, end);
  store<i32>(WALKED_LEFT, isLeft ? 1 : 0);
  store<i32>(WALKED_RECORDS, records);
  store<i32>(WALKED_ENDED, ended);
  store<i32>(WALKED_CREATED, created);
  store<f64>(WALKED_TIME, last);
  return at;
}

/** Reads packets up to the first that is out of the ordinary. Returns where the list of them ends. */
function readAhead(from: usize, end: usize): usize {
  let at = from;
  let packets: usize = PACKETS;
  const most: usize = PACKETS + (AHEAD << PACKET_BITS);
  while (packets < most && look(at, end) && readPacket(packets)) {
    at = next;
    packets += 1 << PACKET_BITS;
  }
  for (let packet: usize = PACKETS; packet < packets; packet += 1 << PACKET_BITS) {
    set(packet, ROW, rowNear(word(packet, HASH)));
  }
  // A sum of what is loaded, so that no compiler leaves the loads out.
  let seen: i32 = 0;
  for (let packet: usize = PACKETS; packet < packets; packet += 1 << PACKET_BITS) {
    const row = rowAt(word(packet, ROW));
    seen += word(row, STATUS);
    if (word(packet, IP_ID) < 0) seen += word(rest(row), HIGH_A);
  }
  store<i32>(TOUCHED, seen);
  return packets;
}

/** Takes the segment into its row, or into a new one where that is 0. Returns 0 where it does not belong there. */
function take(row: i32, packet: usize, time: f64, frame: i32, id: i32): i32 {
  const tcp: usize = word(packet, TCP_AT);
  const flags = <i32>load<u8>(tcp, 13);
  const options = word(packet, HEADER) - TCP;
  let announced: i32 = 0;
  if (flags & SYN) {
    announced = readAnnounced(tcp + TCP, options);
    if (announced === UNUSUAL) return 0;
  } else if (options >= 12 && load<i32>(tcp, TCP) === USUAL_TIMESTAMPS) {
    stamped = tcp + TCP + 4;
  } else {
    stamped = options >= 10 ? findTimestamps(tcp + TCP, options) : 0;
  }
  setSegment(
    time,
    frame,
    full(tcp + 4),
    full(tcp + 8),
    flags,
    half(tcp + 14),
    word(packet, PAYLOAD),
    word(packet, TTL),
    word(packet, IP_ID),
    stamped !== 0,
    stamped === 0 ? 0 : full(stamped),
    stamped === 0 ? 0 : full(stamped + 4),
    announced,
  );
  if (row === 0) return begin(id);
  if ((word(rowAt(row), STATUS) & IS_FULL) === 0) return append(row);
  return takeInFull(word(rowAt(row), FULL_AT)) ? row << 1 : 0;
}

function findTimestamps(options: usize, length: i32): usize {
  let at: i32 = 0;
  while (at + 1 < length) {
    const kind = <i32>load<u8>(options + at);
    if (kind === 0) return 0;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const size = <i32>load<u8>(options + at, 1);
    if (size < 2 || size > length - at) return 0;
    if (kind === TIMESTAMPS && size === 10) return options + at + 2;
    at += size;
  }
  return 0;
}

/** What a SYN announces, as bits of a direction, and {@link stamped}; UNUSUAL where it has more than the usual options. */
function readAnnounced(options: usize, length: i32): i32 {
  let bits = SCALE_KNOWN;
  let scale: i32 = 0;
  stamped = 0;
  for (let at: i32 = 0; at < length; ) {
    const kind = <i32>load<u8>(options + at);
    if (kind === 0) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const size = at + 1 < length ? <i32>load<u8>(options + at, 1) : 0;
    if (size < 2 || size > length - at) return UNUSUAL;
    if (kind === WINDOW_SCALE && size === 3) {
      scale = min(<i32>load<u8>(options + at, 2), 14);
    } else if (kind === TIMESTAMPS && size === 10) {
      bits |= TIMESTAMPS_ANNOUNCED;
      if (stamped === 0) stamped = options + at + 2;
    } else if (!(kind === MAXIMUM_SEGMENT_SIZE && size === 4) && !(kind === SACK_PERMITTED && size === 2)) {
      return UNUSUAL;
    }
    at += size;
  }
  return bits | (scale << SCALE_SHIFT);
}
