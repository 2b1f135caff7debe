/** A packet of an ordinary record, as it is read before it is taken. */
import { a3, b3, direction, hashOfKey, ports, setHash, setIpv4, setIpv6, setKnownIpv4 } from './flow-key';
import { set, word } from './row';
import { body, captured, ipAt, next, typeAt } from './run';

const IPV4: usize = 20;
const IPV6: usize = 40;
export const TCP: i32 = 20;
/** EtherTypes, and version 4 with a header of five words, as their bytes stand in memory. */
const ETHERTYPE_IPV4: i32 = 0x0008;
const ETHERTYPE_IPV6: i32 = 0xdd86;
/** One tag (IEEE 802.1Q 9.6), with the EtherType behind it. */
const ETHERTYPE_VLAN: i32 = 0x0081;
const TAG: usize = 4;
const FIVE_WORDS: i32 = 0x45;
const PROTOCOL_TCP: i32 = 6;
const FRAGMENT_OFFSET: i32 = 0x1fff;

/**
 * Of each, in words: where its TCP header begins and its record ends; the hash of its 4-tuple; payload and header bytes; TTL and
 * IPv4 identification, -1 over IPv6; a row that may be its connection's; of IPv4, the 4-tuple.
 */
export const PACKET_BITS: i32 = 6;
export const TCP_AT: i32 = 0;
export const RECORD_END: i32 = 1;
export const HASH: i32 = 2;
export const PAYLOAD: i32 = 3;
export const HEADER: i32 = 4;
export const TTL: i32 = 5;
export const IP_ID: i32 = 6;
export const ROW: i32 = 7;
const END_A: i32 = 8;
const END_B: i32 = 9;
const PORTS: i32 = 10;
const DIRECTION: i32 = 11;

/**
 * Reads link layer, IP and TCP of the record that was looked at, as far as they are the same in each. False where anything is out
 * of the ordinary.
 */
export function readPacket(packet: usize): bool {
  // What of it is not there is other memory, and the last check tells.
  let ip = body + ipAt;
  let type = typeAt < 0 ? typeOf(ip) : <i32>load<u16>(body + typeAt);
  if (type === ETHERTYPE_VLAN) {
    type = <i32>load<u16>(ip, 2);
    ip += TAG;
  }
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
    if (load<u8>(ip) >>> 4 !== 6) return false;
    if (<i32>load<u8>(ip, 6) !== PROTOCOL_TCP) return false;
    tcp = ip + IPV6;
    length = half(ip + 4);
    set(packet, TTL, <i32>load<u8>(ip, 7));
    set(packet, IP_ID, -1);
  } else {
    return false;
  }
  const header = (<i32>(load<u8>(tcp, 12) >>> 4)) << 2;
  if (header < TCP || length < header || tcp + header > body + captured) return false;
  set(packet, TCP_AT, <i32>tcp);
  set(packet, HEADER, header);
  set(packet, PAYLOAD, length - header);
  setKey(packet);
  set(packet, HASH, hashOfKey());
  set(packet, END_A, a3);
  set(packet, END_B, b3);
  set(packet, PORTS, ports);
  set(packet, DIRECTION, direction);
  set(packet, RECORD_END, <i32>next);
  return true;
}

/** What an EtherType would say of an IP datagram. */
function typeOf(ip: usize): i32 {
  return load<u8>(ip) >>> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
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
export function setTuple(packet: usize): void {
  if (word(packet, IP_ID) >= 0) {
    setKnownIpv4(word(packet, END_A), word(packet, END_B), word(packet, PORTS), word(packet, DIRECTION));
  } else {
    setKey(packet);
  }
  setHash(word(packet, HASH));
}

/** A number of two bytes in network order, and one of four. */
export function half(at: usize): i32 {
  return <i32>bswap<u16>(load<u16>(at));
}

export function full(at: usize): i32 {
  return bswap<i32>(load<i32>(at));
}
