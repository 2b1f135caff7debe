/**
 * What is known of a packet once it has been read: its 4-tuple and its segment, as words in one line of the processor's cache,
 * so that whoever takes it needs neither the capture's bytes nor what was read of others. It begins with its time, a double:
 * nanoseconds since the capture's first record.
 */
import {
  CONTENT_BITS,
  CONTENT_IN_PACKET,
  HAS_TIMESTAMPS,
  IS_IPV6,
  SENT_BY_B,
  SINGLE_PACKET_AT,
} from '../memory-map';

/** Of the 4-tuple. */
export const HASH: usize = 8;
/** The 4-tuple in canonical order (`flow-key.ts`): the last word of both addresses, all there is of an IPv4 address; ports. */
export const LAST_A: usize = 12;
export const LAST_B: usize = 16;
export const PORTS: usize = 20;
export const SEQ: usize = 24;
export const ACK_NUMBER: usize = 28;
/** Both 0 where there are none. */
export const TIMESTAMP: usize = 32;
export const ECHO: usize = 36;
/** As in the journal (`AT_WINDOW_LENGTH`). */
export const WINDOW_LENGTH: usize = 40;
/** As in the journal (`AT_META`), without a time: flags, SENT_BY_B, HAS_TIMESTAMPS, IPv4 identification. */
export const META: usize = 44;
/** What a SYN announces, as bits of a direction; TTL from bit 24. */
export const TTL_ANNOUNCED: usize = 48;
/** {@link IS_IPV6}, what its payload is, HAS_WRONG_SUM and the bits below; in a list, two links (`packet-list.ts`). */
export const BITS: usize = 52;
/** Bytes from where the records stand to its own, 18 bits; in a list, its number in its stretch above. */
export const RECORD: usize = 56;
/** Where the next record begins. */
export const RECORD_END: usize = 60;
/** Of IPv6: the first three words of both addresses. */
export const FIRST_A: usize = 64;
export const FIRST_B: usize = 76;

/** Bytes as a power of two; twice as many over IPv6. */
export const PACKET_BITS: usize = 6;

/** A SYN has options that are left to others. */
export const HAS_UNUSUAL_OPTIONS: i32 = 1;

/** Where the one stands that the other side has read (`single-packet.ts`). */
export const SINGLE_PACKET: usize = SINGLE_PACKET_AT;

/** Where the next one stands. */
export function behind(packet: usize): usize {
  return packet + ((1 << PACKET_BITS) << (isIpv6(packet) ? 1 : 0));
}

export function isIpv6(packet: usize): bool {
  return (load<i32>(packet, BITS) & IS_IPV6) !== 0;
}

/** Who sent it: 0 for end `a`, 1 for `b`. */
export function directionOf(packet: usize): i32 {
  return load<i32>(packet, META) & SENT_BY_B ? 1 : 0;
}

export function isStamped(packet: usize): bool {
  return (load<i32>(packet, META) & HAS_TIMESTAMPS) !== 0;
}

/** What its payload is: a number of `../../decode/content-codes.ts`. */
export function contentOf(packet: usize): i32 {
  return (load<i32>(packet, BITS) & CONTENT_BITS) >>> CONTENT_IN_PACKET;
}

export function windowOf(packet: usize): i32 {
  return <i32>load<u16>(packet, WINDOW_LENGTH + 2);
}

/** Payload bytes. */
export function lengthOf(packet: usize): i32 {
  return <i32>load<u16>(packet, WINDOW_LENGTH);
}

export function flagsOf(packet: usize): i32 {
  return <i32>load<u8>(packet, META);
}

/** IPv4 identification; -1 over IPv6. */
export function ipIdOf(packet: usize): i32 {
  return isIpv6(packet) ? -1 : <i32>load<u16>(packet, META + 2);
}

export function ttlOf(packet: usize): i32 {
  return <i32>load<u8>(packet, TTL_ANNOUNCED + 3);
}

export function announcedBy(packet: usize): i32 {
  return load<i32>(packet, TTL_ANNOUNCED) & 0xff_ffff;
}
