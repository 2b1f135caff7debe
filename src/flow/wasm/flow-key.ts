/**
 * The 4-tuple of the segment that was looked for last, in canonical order: the end that stands first is `a`, as in
 * `../flow-key.ts`. Its hash is keyed with random numbers, so that nobody can choose addresses that collide.
 */
import { ENDS, HIGH_A, HIGH_B, IS_IPV6, LOW_A, LOW_B, STATUS } from '../compact-row';
import { rest, rowAt, set, word } from './row';

let seed: i32 = 0;
let salt: i32 = 0;
let share: u32 = 0;
let shares: u32 = 1;

export let a0: i32 = 0;
export let a1: i32 = 0;
export let a2: i32 = 0;
export let a3: i32 = 0;
export let b0: i32 = 0;
export let b1: i32 = 0;
export let b2: i32 = 0;
export let b3: i32 = 0;
export let ports: i32 = 0;
export let ipv6: i32 = 0;
export let hash: i32 = 0;
/** Who sent it: 0 for end `a`, 1 for `b`. */
export let direction: i32 = 0;

/** Of one of several shares, and the random numbers. */
export function setShare(firstKey: i32, secondKey: i32, ownShare: i32, count: i32): void {
  seed = firstKey;
  salt = secondKey;
  share = ownShare;
  shares = count;
}

/** Sets the 4-tuple of a segment over IPv4, but for its {@link hash}. */
export function setIpv4(source: i32, destination: i32, sourcePort: i32, destinationPort: i32): void {
  ipv6 = 0;
  const isFirst = source !== destination ? source < destination : sourcePort <= destinationPort;
  a3 = isFirst ? source : destination;
  b3 = isFirst ? destination : source;
  ports = isFirst ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
  direction = isFirst ? 0 : 1;
}

/** Sets one over IPv4 that was set before. */
export function setKnownIpv4(newA3: i32, newB3: i32, newPorts: i32, newDirection: i32): void {
  ipv6 = 0;
  a3 = newA3;
  b3 = newB3;
  ports = newPorts;
  direction = newDirection;
}

/** Sets the 4-tuple of a segment over IPv6, but for its {@link hash}. */
export function setIpv6(
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
): void {
  ipv6 = 1;
  let isFirst = sourcePort <= destinationPort;
  if (s3 !== d3) isFirst = s3 < d3;
  else if (s0 !== d0) isFirst = s0 < d0;
  else if (s1 !== d1) isFirst = s1 < d1;
  else if (s2 !== d2) isFirst = s2 < d2;
  if (isFirst) {
    setEnds(s0, s1, s2, s3, d0, d1, d2, d3, (sourcePort << 16) | destinationPort);
    direction = 0;
  } else {
    setEnds(d0, d1, d2, d3, s0, s1, s2, s3, (destinationPort << 16) | sourcePort);
    direction = 1;
  }
}

function setEnds(
  newA0: i32,
  newA1: i32,
  newA2: i32,
  newA3: i32,
  newB0: i32,
  newB1: i32,
  newB2: i32,
  newB3: i32,
  newPorts: i32,
): void {
  a0 = newA0;
  a1 = newA1;
  a2 = newA2;
  a3 = newA3;
  b0 = newB0;
  b1 = newB1;
  b2 = newB2;
  b3 = newB3;
  ports = newPorts;
}

/** The hash of the 4-tuple. */
export function hashOfKey(): i32 {
  const low = mixLow(a3, b3, ports);
  return finish(ipv6 === 0 ? low : mixHigh(low, a0, a1, a2, b0, b1, b2));
}

/** Sets the hash of the 4-tuple at hand: that, or what is known to be that. */
export function setHash(known: i32): void {
  hash = known;
}

/** The 4-tuple at hand is another share's. */
export function isElsewhere(): bool {
  return shares > 1 && ((<u32>hash >>> 16) * shares) >>> 16 !== share;
}

/** Both ends are the same address and port. */
export function isSelfConnected(): bool {
  if (<u32>ports >>> 16 !== (<u32>ports & 0xffff) || a3 !== b3) return false;
  return ipv6 === 0 || (a0 === b0 && a1 === b1 && a2 === b2);
}

/** Writes the 4-tuple at hand into a row, but for the version, which is a bit of its status. */
export function writeKey(at: usize): void {
  const more = rest(at);
  set(at, ENDS, ports);
  set(at, LOW_A, a3);
  set(at, LOW_B, b3);
  set(more, HIGH_A, ipv6 ? a0 : 0);
  set(more, HIGH_A + 1, ipv6 ? a1 : 0);
  set(more, HIGH_A + 2, ipv6 ? a2 : 0);
  set(more, HIGH_B, ipv6 ? b0 : 0);
  set(more, HIGH_B + 1, ipv6 ? b1 : 0);
  set(more, HIGH_B + 2, ipv6 ? b2 : 0);
}

/** The row has the 4-tuple at hand. The second part is looked at only where it has more than zeros: for IPv6. */
export function hasKey(row: i32): bool {
  const at = rowAt(row);
  if (word(at, ENDS) !== ports || word(at, LOW_A) !== a3 || word(at, LOW_B) !== b3) return false;
  const isIpv6 = word(at, STATUS) & IS_IPV6;
  if (ipv6 === 0) return isIpv6 === 0;
  if (isIpv6 === 0) return false;
  const high = rest(at);
  return (
    word(high, HIGH_A) === a0 &&
    word(high, HIGH_A + 1) === a1 &&
    word(high, HIGH_A + 2) === a2 &&
    word(high, HIGH_B) === b0 &&
    word(high, HIGH_B + 1) === b1 &&
    word(high, HIGH_B + 2) === b2
  );
}

/** The hash of a row's 4-tuple. */
export function hashOf(row: i32): i32 {
  const at = rowAt(row);
  const low = mixLow(word(at, LOW_A), word(at, LOW_B), word(at, ENDS));
  if ((word(at, STATUS) & IS_IPV6) === 0) return finish(low);
  const a = rest(at) + (HIGH_A << 2);
  const b = rest(at) + (HIGH_B << 2);
  return finish(mixHigh(low, word(a, 0), word(a, 1), word(a, 2), word(b, 0), word(b, 1), word(b, 2)));
}

/** What addresses of both versions have, and what those of IPv6 have besides. */
function mixLow(ofA: i32, ofB: i32, ofBoth: i32): i32 {
  return mix(mix(mix(seed, ofA ^ salt), ofB), ofBoth);
}

function mixHigh(
  low: i32,
  wordA0: i32,
  wordA1: i32,
  wordA2: i32,
  wordB0: i32,
  wordB1: i32,
  wordB2: i32,
): i32 {
  return mix(mix(mix(mix(mix(mix(low, wordA0), wordA1), wordA2), wordB0), wordB1), wordB2);
}

/** One round of MurmurHash3's 32-bit mixing. */
function mix(state: i32, value: i32): i32 {
  return rotl<i32>(state ^ (rotl<i32>(value * 0xcc9e2d51, 15) * 0x1b873593), 13) * 5 + 0xe6546b64;
}

function finish(state: i32): i32 {
  return state ^ <i32>(<u32>state >>> 16);
}
