/**
 * The 4-tuple of a packet, in canonical order: the end that stands first is `a`, as in `../flow-key.ts`. Its hash is keyed with
 * random numbers, so that nobody can choose addresses that collide.
 */
import { ENDS, HIGH_A, HIGH_B, IS_IPV6, LOW_A, LOW_B, SENT_BY_B, STATUS } from '../memory-map';
import { BITS, FIRST_A, FIRST_B, HASH, isIpv6, LAST_A, LAST_B, PORTS } from './packet';
import { rest, rowAt, set, word } from './row';

let seed: i32 = 0;
let salt: i32 = 0;
let partition: u32 = 0;
let partitions: u32 = 1;

/** The partition of this table, the number of partitions, and the random words that the hash is keyed with. */
export function setPartition(firstKey: i32, secondKey: i32, ownPartition: i32, count: i32): void {
  seed = firstKey;
  salt = secondKey;
  partition = ownPartition;
  partitions = count;
}

/** Writes the 4-tuple of a packet over IPv4, and its hash. Returns {@link SENT_BY_B} where end `b` sent it, else 0. */
export function writeIpv4(
  packet: usize,
  source: i32,
  destination: i32,
  sourcePort: i32,
  destinationPort: i32,
): i32 {
  const isFirst = source !== destination ? source < destination : sourcePort <= destinationPort;
  const low = writeLast(packet, isFirst, source, destination, sourcePort, destinationPort);
  store<i32>(packet, finish(low), HASH);
  return isFirst ? 0 : SENT_BY_B;
}

/** The same over IPv6. */
export function writeIpv6(
  packet: usize,
  s0: i32,
  s1: i32,
  s2: i32,
  s3: i32,
  d0: i32,
  d1: i32,
  d2: i32,
  d3: i32,
  sourcePort: i32,
  destinationPort: i32,
): i32 {
  let isFirst = sourcePort <= destinationPort;
  if (s3 !== d3) isFirst = s3 < d3;
  else if (s0 !== d0) isFirst = s0 < d0;
  else if (s1 !== d1) isFirst = s1 < d1;
  else if (s2 !== d2) isFirst = s2 < d2;
  const low = writeLast(packet, isFirst, s3, d3, sourcePort, destinationPort);
  const source = packet + (isFirst ? FIRST_A : FIRST_B);
  const destination = packet + (isFirst ? FIRST_B : FIRST_A);
  store<i32>(source, s0);
  store<i32>(source, s1, 4);
  store<i32>(source, s2, 8);
  store<i32>(destination, d0);
  store<i32>(destination, d1, 4);
  store<i32>(destination, d2, 8);
  store<i32>(packet, finish(mixHigh(low, packet + FIRST_A, packet + FIRST_B)), HASH);
  return isFirst ? 0 : SENT_BY_B;
}

/** Writes the last words of both addresses and the ports, in canonical order. Returns what the hash has of them. */
function writeLast(
  packet: usize,
  isFirst: bool,
  source: i32,
  destination: i32,
  sourcePort: i32,
  destinationPort: i32,
): i32 {
  const a = isFirst ? source : destination;
  const b = isFirst ? destination : source;
  const ports = isFirst ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
  store<i32>(packet, a, LAST_A);
  store<i32>(packet, b, LAST_B);
  store<i32>(packet, ports, PORTS);
  return mixLow(a, b, ports);
}

/** The packet is another partition's. */
export function isElsewhere(packet: usize): bool {
  return partitions > 1 && ((load<u32>(packet, HASH) >>> 16) * partitions) >>> 16 !== partition;
}

/** Whether both ends have the same address and port. */
export function isSelfConnected(packet: usize): bool {
  const ports = load<u32>(packet, PORTS);
  if (ports >>> 16 !== (ports & 0xffff) || load<i32>(packet, LAST_A) !== load<i32>(packet, LAST_B))
    return false;
  return !isIpv6(packet) || areSame(packet + FIRST_A, packet + FIRST_B);
}

/** Writes the 4-tuple of a packet into a row, but for the version, which is a bit of its status. */
export function writeKey(packet: usize, at: usize): void {
  const more = rest(at);
  set(at, ENDS, load<i32>(packet, PORTS));
  set(at, LOW_A, load<i32>(packet, LAST_A));
  set(at, LOW_B, load<i32>(packet, LAST_B));
  if (isIpv6(packet)) {
    copyFirst(more + (HIGH_A << 2), packet + FIRST_A);
    copyFirst(more + (HIGH_B << 2), packet + FIRST_B);
  } else {
    for (let at: usize = 0; at < 24; at += 8) store<i64>(more + (HIGH_A << 2) + at, 0);
  }
}

/** Whether a row has the 4-tuple of a packet. Reads the second part of the row only for IPv6. */
export function hasKey(row: i32, packet: usize): bool {
  const at = rowAt(row);
  if (load<i32>(at, ENDS << 2) !== load<i32>(packet, PORTS)) return false;
  if (load<i32>(at, LOW_A << 2) !== load<i32>(packet, LAST_A)) return false;
  if (load<i32>(at, LOW_B << 2) !== load<i32>(packet, LAST_B)) return false;
  const bits = load<i32>(packet, BITS);
  if (((load<i32>(at, STATUS << 2) ^ bits) & IS_IPV6) !== 0) return false;
  if ((bits & IS_IPV6) === 0) return true;
  const high = rest(at);
  return areSame(high + (HIGH_A << 2), packet + FIRST_A) && areSame(high + (HIGH_B << 2), packet + FIRST_B);
}

/** The hash of a row's 4-tuple. */
export function hashOf(row: i32): i32 {
  const at = rowAt(row);
  const low = mixLow(word(at, LOW_A), word(at, LOW_B), word(at, ENDS));
  if ((word(at, STATUS) & IS_IPV6) === 0) return finish(low);
  return finish(mixHigh(low, rest(at) + (HIGH_A << 2), rest(at) + (HIGH_B << 2)));
}

/** The first three words of two IPv6 addresses. */
function areSame(one: usize, other: usize): bool {
  return load<i64>(one) === load<i64>(other) && load<i32>(one, 8) === load<i32>(other, 8);
}

function copyFirst(to: usize, from: usize): void {
  store<i64>(to, load<i64>(from));
  store<i32>(to, load<i32>(from, 8), 8);
}

/** Hashes the words that addresses of both versions have, and those that only IPv6 has. */
function mixLow(ofA: i32, ofB: i32, ofBoth: i32): i32 {
  return mix(mix(mix(seed, ofA ^ salt), ofB), ofBoth);
}

function mixHigh(low: i32, a: usize, b: usize): i32 {
  const ofA = mix(mix(mix(low, load<i32>(a)), load<i32>(a, 4)), load<i32>(a, 8));
  return mix(mix(mix(ofA, load<i32>(b)), load<i32>(b, 4)), load<i32>(b, 8));
}

/** One round of MurmurHash3's 32-bit mixing. */
function mix(state: i32, value: i32): i32 {
  return rotl<i32>(state ^ (rotl<i32>(value * 0xcc9e2d51, 15) * 0x1b873593), 13) * 5 + 0xe6546b64;
}

function finish(state: i32): i32 {
  return state ^ <i32>(<u32>state >>> 16);
}
