/** Reads link layer, IP and TCP of a record, as far as they are the same in each. */
import {
  ALERT,
  LONGEST_FAREWELL,
  OTHER,
  RECORD_HEADER,
  SEALED_ALERT,
  TYPE_ALERT,
  TYPE_DATA,
  UNKNOWN,
  VERSION_3,
} from '../../decode/content-codes';
import {
  SCALE_KNOWN,
  SCALE_OFFERED,
  SCALE_SHIFT,
  SUM_RIGHT,
  TIMESTAMPS_ANNOUNCED,
} from '../../flow/announced';
import { CONTENT_IN_PACKET, HAS_TIMESTAMPS, HAS_WRONG_SUM, IS_IPV6 } from '../memory-map';
import { checksum, RIGHT, WRONG } from './checksum';
import { writeIpv4, writeIpv6 } from './flow-key';
import {
  ACK_NUMBER,
  BITS,
  ECHO,
  HAS_UNUSUAL_OPTIONS,
  META,
  RECORD,
  RECORD_END,
  SEQ,
  TIMESTAMP,
  TTL_ANNOUNCED,
  WINDOW_LENGTH,
} from './packet';
import { body, captured, ipAt, next, timeAt, typeAt } from './run';
import { FIN, RST, SYN } from './segment';

const IPV4: usize = 20;
const IPV6: usize = 40;
const TCP: i32 = 20;
/** EtherTypes, version 4 with a header of five words, and the bits that only fragments have, as their bytes stand in memory. */
const ETHERTYPE_IPV4: i32 = 0x0008;
const ETHERTYPE_IPV6: i32 = 0xdd86;
/** One tag (IEEE 802.1Q 9.6), with the EtherType behind it. */
const ETHERTYPE_VLAN: i32 = 0x0081;
const TAG: usize = 4;
const FIVE_WORDS: i32 = 0x45;
const PROTOCOL_TCP: i32 = 6;
const IS_FRAGMENT: i32 = 0xff3f;

const NO_OPERATION: i32 = 1;
const MAXIMUM_SEGMENT_SIZE: i32 = 2;
const WINDOW_SCALE: i32 = 3;
const SACK_PERMITTED: i32 = 4;
const TIMESTAMPS: i32 = 8;
const MD5_SIGNATURE: i32 = 19;
const TCP_AO: i32 = 29;
/** NOP NOP and the kind and length of the timestamps, as they stand in memory. */
const USUAL_TIMESTAMPS: i32 = 0x0a08_0101;
/** Of a SYN's options that are left to others. */
const UNUSUAL: i32 = -1;

/** Where the timestamps of the options stand that were read last, 0 where there are none. */
let stamped: usize = 0;

/**
 * Reads the record that was looked at, which begins at `record`, into `packet`. False where anything is out of the ordinary.
 *
 * @param origin what addresses of the record are given less in the packet
 */
export function readPacket(record: usize, packet: usize, origin: usize): bool {
  // What of it is not there is other memory, and a check below tells.
  let ip = body + ipAt;
  let type = typeAt < 0 ? typeOf(ip) : <i32>load<u16>(body + typeAt);
  if (type === ETHERTYPE_VLAN) {
    type = <i32>load<u16>(ip, 2);
    ip += TAG;
  }
  let tcp: usize = 0;
  let length: i32 = 0;
  let ttl: i32 = 0;
  let meta: i32 = 0;
  let bits: i32 = 0;

  if (type === ETHERTYPE_IPV4) {
    if (<i32>load<u8>(ip) !== FIVE_WORDS || <i32>load<u8>(ip, 9) !== PROTOCOL_TCP) return false;
    if ((<i32>load<u16>(ip, 6) & IS_FRAGMENT) !== 0) return false;
    tcp = ip + IPV4;
    length = half(ip + 2) - <i32>IPV4;
    ttl = <i32>load<u8>(ip, 8);
    meta = half(ip + 4) << 16;
  } else if (type === ETHERTYPE_IPV6) {
    if (load<u8>(ip) >>> 4 !== 6 || <i32>load<u8>(ip, 6) !== PROTOCOL_TCP) return false;
    tcp = ip + IPV6;
    length = half(ip + 4);
    ttl = <i32>load<u8>(ip, 7);
    meta = 0xffff << 16;
    bits = IS_IPV6;
  } else {
    return false;
  }
  const header = (<i32>(load<u8>(tcp, 12) >>> 4)) << 2;
  if (header < TCP || length < header || tcp + header > body + captured) return false;
  const flags = <i32>load<u8>(tcp, 13);
  const options = header - TCP;
  let announced: i32 = 0;
  stamped = 0;
  if (options > 0) {
    if (flags & SYN) announced = readAnnounced(tcp + TCP, options);
    else if (options >= 12 && load<i32>(tcp, TCP) === USUAL_TIMESTAMPS) {
      if (options > 12 && isSigned(tcp + TCP + 12, options - 12)) return false;
      stamped = tcp + TCP + 4;
    } else if (isSigned(tcp + TCP, options)) return false;
    else findTimestamps(tcp + TCP, options);
  } else if (flags & SYN) {
    announced = SCALE_KNOWN;
  }
  if (announced === UNUSUAL) {
    announced = 0;
    bits |= HAS_UNUSUAL_OPTIONS;
  }
  const isWhole = tcp + <usize>length <= body + captured;
  if (flags & (SYN | FIN | RST) && isWhole) {
    const found = checksum(tcp, length, <usize>(bits & IS_IPV6 ? 32 : 8));
    if (flags & SYN && found === RIGHT) announced |= SUM_RIGHT;
    if (flags & (FIN | RST) && found === WRONG) bits |= HAS_WRONG_SUM;
  }
  if (length > header) bits |= contentAt(tcp + header, length - header) << CONTENT_IN_PACKET;
  const ports = full(tcp);
  const source = <i32>(<u32>ports >>> 16);
  const destination = ports & 0xffff;
  meta |= flags;
  if (bits & IS_IPV6) meta |= readIpv6(packet, tcp - 32, source, destination);
  else meta |= writeIpv4(packet, full(tcp - 8), full(tcp - 4), source, destination);
  if (stamped !== 0) {
    meta |= HAS_TIMESTAMPS;
    store<i32>(packet, full(stamped), TIMESTAMP);
    store<i32>(packet, full(stamped + 4), ECHO);
  } else {
    store<i64>(packet, 0, TIMESTAMP);
  }
  store<f64>(packet, timeAt(record));
  store<i32>(packet, full(tcp + 4), SEQ);
  store<i32>(packet, full(tcp + 8), ACK_NUMBER);
  store<i32>(packet, (half(tcp + 14) << 16) | (length - header), WINDOW_LENGTH);
  store<i32>(packet, meta, META);
  store<i32>(packet, announced | (ttl << 24), TTL_ANNOUNCED);
  store<i32>(packet, bits, BITS);
  store<i32>(packet, <i32>(record - origin), RECORD);
  store<i32>(packet, <i32>(next - origin), RECORD_END);
  return true;
}

/** What an EtherType would say of an IP datagram. */
function typeOf(ip: usize): i32 {
  return load<u8>(ip) >>> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}

function readIpv6(packet: usize, addresses: usize, source: i32, destination: i32): i32 {
  return writeIpv6(
    packet,
    full(addresses),
    full(addresses + 4),
    full(addresses + 8),
    full(addresses + 12),
    full(addresses + 16),
    full(addresses + 20),
    full(addresses + 24),
    full(addresses + 28),
    source,
    destination,
  );
}

/** What a payload of that length is: as `contentOf` of `../../decode/content.ts`. */
function contentAt(payload: usize, length: i32): i32 {
  if (length <= RECORD_HEADER || length > LONGEST_FAREWELL) return OTHER;
  if (payload + <usize>RECORD_HEADER > body + captured) return UNKNOWN;
  if (<i32>load<u8>(payload, 1) !== VERSION_3) return OTHER;
  const type = <i32>load<u8>(payload);
  const size = half(payload + 3);
  if (RECORD_HEADER + size > length) return OTHER;
  return type === TYPE_ALERT || (type === TYPE_DATA && size === SEALED_ALERT) ? ALERT : OTHER;
}

/** There is a TCP-AO or an MD5 signature among the options: that is left to others. */
function isSigned(options: usize, length: i32): bool {
  let at: i32 = 0;
  while (at + 1 < length) {
    const kind = <i32>load<u8>(options + at);
    if (kind === 0) return false;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const size = <i32>load<u8>(options + at, 1);
    if (size < 2 || size > length - at) return false;
    if (kind === MD5_SIGNATURE || kind === TCP_AO) return true;
    at += size;
  }
  return false;
}

/** Sets {@link stamped}. */
function findTimestamps(options: usize, length: i32): void {
  let at: i32 = 0;
  while (at + 1 < length) {
    const kind = <i32>load<u8>(options + at);
    if (kind === 0) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const size = <i32>load<u8>(options + at, 1);
    if (size < 2 || size > length - at) return;
    if (kind === TIMESTAMPS && size === 10) {
      stamped = options + at + 2;
      return;
    }
    at += size;
  }
}

/** What a SYN announces, as bits of a direction, and {@link stamped}; UNUSUAL where it has more than the usual options. */
function readAnnounced(options: usize, length: i32): i32 {
  let bits = SCALE_KNOWN;
  let scale: i32 = 0;
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
      bits |= SCALE_OFFERED;
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
