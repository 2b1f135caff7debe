/**
 * Walks the records of a classic capture and takes those that are ordinary: little-endian record headers, Ethernet without
 * tags, IPv4 without options or IPv6 without extension headers, TCP, of a connection that goes by the book. It stops in
 * front of the first that is anything else. `capture/classic-pcap.ts` and `decode/common-packet.ts` say the same for all
 * records; `test/flow/packets.test.ts` holds the two equal.
 */
import { SCALE_KNOWN, SCALE_SHIFT, TIMESTAMPS_ANNOUNCED } from '../announced';
import {
  CREATED,
  ENDED,
  FULL_AT,
  HIGH_A,
  IS_FULL,
  LISTED,
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
import {
  a3,
  b3,
  direction,
  hashOfKey,
  hasKey,
  isElsewhere,
  ports,
  setHash,
  setIpv4,
  setIpv6,
  setKnownIpv4,
} from './flow-key';
import { takeInFull } from './full-rows';
import { rest, rowAt, set, word } from './row';
import { SYN, setSegment } from './segment';

const RECORD_HEADER: usize = 16;
const ETHERNET: usize = 14;
const IPV4: usize = 20;
const IPV6: usize = 40;
const TCP: i32 = 20;
/** EtherType IPv4, and version 4 with a header of five words, as their bytes stand in memory. */
const ETHERTYPE_IPV4: i32 = 0x0008;
const ETHERTYPE_IPV6: i32 = 0xdd86;
const FIVE_WORDS: i32 = 0x45;
const PROTOCOL_TCP: i32 = 6;
const FRAGMENT_OFFSET: i32 = 0x1fff;

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
 * processor's cache for all of them at once. Of each, in words: where its TCP header begins and its record ends; the hash of
 * its 4-tuple; payload and header bytes; TTL and IPv4 identification, -1 over IPv6.
 */
const AHEAD: i32 = 32;
const PACKET_BITS: i32 = 6;
const TCP_AT: i32 = 0;
const RECORD_END: i32 = 1;
const HASH: i32 = 2;
const PAYLOAD: i32 = 3;
const HEADER: i32 = 4;
const TTL: i32 = 5;
const IP_ID: i32 = 6;
const ROW: i32 = 7;
const END_A: i32 = 8;
const END_B: i32 = 9;
const PORTS: i32 = 10;
const DIRECTION: i32 = 11;

/** Where its timestamps stand, 0 where there are none. */
let stamped: usize = 0;

/**
 * Walks from `from` on, at most up to `end`, and says where it stopped. What it did stands at `WALKED_…`.
 *
 * @param longest the longest packet to believe in, bytes
 * @param baseSeconds what the record's time counts from, as its two numbers; the second counts `scale` nanoseconds
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
  longest: usize,
  baseSeconds: f64,
  baseFraction: f64,
  scale: f64,
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
      packets = readAhead(at, end, longest);
      if (packets === PACKETS) break;
    }
    const time: f64 =
      (<f64>load<u32>(at) - baseSeconds) * 1e9 + (<f64>load<u32>(at, 4) - baseFraction) * scale;
    const shifted = time + shift;
    if (time < last || shifted < latest || shifted >= until) break;
    setTuple(packet);
    if (!isElsewhere()) {
      let row = word(packet, ROW);
      // It may have gone since, and be another's or nobody's.
      if (row === 0 || word(rowAt(row), NUMBER) === -1 || !hasKey(row)) row = find();
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
  const isLeft = ended < LISTED && created < LISTED && isWhole(at, end, longest);
  store<i32>(WALKED_LEFT, isLeft ? 1 : 0);
  store<i32>(WALKED_RECORDS, records);
  store<i32>(WALKED_ENDED, ended);
  store<i32>(WALKED_CREATED, created);
  store<f64>(WALKED_TIME, last);
  return at;
}

/** A record is there, or one that nobody believes in. */
function isWhole(at: usize, end: usize, longest: usize): bool {
  if (end - at < RECORD_HEADER) return false;
  const captured = <usize>load<u32>(at, 8);
  return captured > longest || captured <= end - at - RECORD_HEADER;
}

/** Reads packets up to the first that is out of the ordinary. Returns where the list of them ends. */
function readAhead(from: usize, end: usize, longest: usize): usize {
  let at = from;
  let packets: usize = PACKETS;
  const most: usize = PACKETS + (AHEAD << PACKET_BITS);
  while (packets < most && end - at >= RECORD_HEADER) {
    const captured = <usize>load<u32>(at, 8);
    const body = at + RECORD_HEADER;
    if (captured > longest || captured > end - body || !read(packets, body, captured)) break;
    at = body + captured;
    set(packets, RECORD_END, <i32>at);
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

/** Reads Ethernet, IP and TCP as far as they are the same in each. False where anything is out of the ordinary. */
function read(packet: usize, frame: usize, captured: usize): bool {
  if (captured < ETHERNET + IPV4 + TCP) return false;
  const type = <i32>load<u16>(frame, 12);
  const ip = frame + ETHERNET;
  let tcp: usize = 0;
  let length: i32 = 0;
  if (type === ETHERTYPE_IPV4) {
    if (<i32>load<u8>(ip) !== FIVE_WORDS || <i32>load<u8>(ip, 9) !== PROTOCOL_TCP) return false;
    if ((half(ip + 6) & FRAGMENT_OFFSET) !== 0) return false;
    tcp = ip + IPV4;
    length = half(ip + 2) - <i32>IPV4;
    set(packet, TTL, <i32>load<u8>(ip, 8));
    set(packet, IP_ID, half(ip + 4));
  } else if (type === ETHERTYPE_IPV6) {
    if (captured < ETHERNET + IPV6 + TCP || load<u8>(ip) >>> 4 !== 6) return false;
    if (<i32>load<u8>(ip, 6) !== PROTOCOL_TCP) return false;
    tcp = ip + IPV6;
    length = half(ip + 4);
    set(packet, TTL, <i32>load<u8>(ip, 7));
    set(packet, IP_ID, -1);
  } else {
    return false;
  }
  const header = (<i32>(load<u8>(tcp, 12) >>> 4)) << 2;
  if (header < TCP || length < header || tcp + header > frame + captured) return false;
  set(packet, TCP_AT, <i32>tcp);
  set(packet, HEADER, header);
  set(packet, PAYLOAD, length - header);
  setKey(packet);
  set(packet, HASH, hashOfKey());
  set(packet, END_A, a3);
  set(packet, END_B, b3);
  set(packet, PORTS, ports);
  set(packet, DIRECTION, direction);
  return true;
}

function setKey(packet: usize): void {
  const tcp: usize = word(packet, TCP_AT);
  const ports = full(tcp);
  const source = <i32>(<u32>ports >>> 16);
  const destination = ports & 0xffff;
  if (word(packet, IP_ID) >= 0) {
    setIpv4(full(tcp - 8), full(tcp - 4), source, destination);
    return;
  }
  setIpv6(
    full(tcp - 32),
    full(tcp - 28),
    full(tcp - 24),
    full(tcp - 20),
    full(tcp - 16),
    full(tcp - 12),
    full(tcp - 8),
    full(tcp - 4),
    source,
    destination,
  );
}

/** Sets the 4-tuple of a packet that was read. */
function setTuple(packet: usize): void {
  if (word(packet, IP_ID) >= 0) {
    setKnownIpv4(word(packet, END_A), word(packet, END_B), word(packet, PORTS), word(packet, DIRECTION));
  } else {
    setKey(packet);
  }
  setHash(word(packet, HASH));
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

/** A number of two bytes in network order, and one of four. */
function half(at: usize): i32 {
  return <i32>bswap<u16>(load<u16>(at));
}

function full(at: usize): i32 {
  return bswap<i32>(load<i32>(at));
}
