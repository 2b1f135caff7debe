import type { Segment } from '../decode/segment.ts';
import { ADDRESS_A, ADDRESS_B, BITS, CONTEXT, IPV6, PORTS } from './row.ts';

/** A 4-tuple in canonical order, in its tunnel: the end that stands first is `a`. */
export interface FlowKey {
  a0: number;
  a1: number;
  a2: number;
  a3: number;
  b0: number;
  b1: number;
  b2: number;
  b3: number;
  /** `a`'s port in the upper half, `b`'s in the lower. */
  ports: number;
  /** 1 for IPv6, 0 for IPv4: `::10.0.0.1` is not `10.0.0.1`. */
  ipv6: number;
  /** 0 outside of tunnels. */
  context: number;
}

export function createKey(): FlowKey {
  return { a0: 0, a1: 0, a2: 0, a3: 0, b0: 0, b1: 0, b2: 0, b3: 0, ports: 0, ipv6: 0, context: 0 };
}

/** Fills a key from a segment. Returns the direction: 0 when `a` sent it, 1 when `b` did. */
export function readKey(key: FlowKey, segment: Segment): 0 | 1 {
  key.ipv6 = segment.ipVersion === 6 ? 1 : 0;
  key.context = segment.context;
  if (sourceIsFirst(segment)) {
    key.a0 = segment.source0;
    key.a1 = segment.source1;
    key.a2 = segment.source2;
    key.a3 = segment.source3;
    key.b0 = segment.destination0;
    key.b1 = segment.destination1;
    key.b2 = segment.destination2;
    key.b3 = segment.destination3;
    key.ports = (segment.sourcePort << 16) | segment.destinationPort;
    return 0;
  }
  key.a0 = segment.destination0;
  key.a1 = segment.destination1;
  key.a2 = segment.destination2;
  key.a3 = segment.destination3;
  key.b0 = segment.source0;
  key.b1 = segment.source1;
  key.b2 = segment.source2;
  key.b3 = segment.source3;
  key.ports = (segment.destinationPort << 16) | segment.sourcePort;
  return 1;
}

/** Fills a key from a row. */
export function loadKey(key: FlowKey, words: Int32Array, row: number): void {
  key.a0 = words[row + ADDRESS_A] ?? 0;
  key.a1 = words[row + ADDRESS_A + 1] ?? 0;
  key.a2 = words[row + ADDRESS_A + 2] ?? 0;
  key.a3 = words[row + ADDRESS_A + 3] ?? 0;
  key.b0 = words[row + ADDRESS_B] ?? 0;
  key.b1 = words[row + ADDRESS_B + 1] ?? 0;
  key.b2 = words[row + ADDRESS_B + 2] ?? 0;
  key.b3 = words[row + ADDRESS_B + 3] ?? 0;
  key.ports = words[row + PORTS] ?? 0;
  key.ipv6 = (words[row + BITS] ?? 0) & IPV6;
  key.context = words[row + CONTEXT] ?? 0;
}

/** Stores a key in a row, but for the version, which is a bit of `BITS`. */
export function writeKey(key: FlowKey, words: Int32Array, row: number): void {
  words[row + ADDRESS_A] = key.a0;
  words[row + ADDRESS_A + 1] = key.a1;
  words[row + ADDRESS_A + 2] = key.a2;
  words[row + ADDRESS_A + 3] = key.a3;
  words[row + ADDRESS_B] = key.b0;
  words[row + ADDRESS_B + 1] = key.b1;
  words[row + ADDRESS_B + 2] = key.b2;
  words[row + ADDRESS_B + 3] = key.b3;
  words[row + PORTS] = key.ports;
  words[row + CONTEXT] = key.context;
}

export function sameKey(key: FlowKey, words: Int32Array, row: number): boolean {
  return (
    words[row + PORTS] === key.ports &&
    ((words[row + BITS] ?? 0) & IPV6) === key.ipv6 &&
    words[row + CONTEXT] === key.context &&
    words[row + ADDRESS_A + 3] === key.a3 &&
    words[row + ADDRESS_B + 3] === key.b3 &&
    words[row + ADDRESS_A] === key.a0 &&
    words[row + ADDRESS_A + 1] === key.a1 &&
    words[row + ADDRESS_A + 2] === key.a2 &&
    words[row + ADDRESS_B] === key.b0 &&
    words[row + ADDRESS_B + 1] === key.b1 &&
    words[row + ADDRESS_B + 2] === key.b2
  );
}

/** Both ends are the same address and port. */
export function isSelfConnected({ a0, a1, a2, a3, b0, b1, b2, b3, ports }: FlowKey): boolean {
  return ports >>> 16 === (ports & 0xffff) && a3 === b3 && a0 === b0 && a1 === b1 && a2 === b2;
}

/** The source stands first: by address words, then by port. */
function sourceIsFirst(s: Segment): boolean {
  if (s.source3 !== s.destination3) return s.source3 < s.destination3;
  if (s.source0 !== s.destination0) return s.source0 < s.destination0;
  if (s.source1 !== s.destination1) return s.source1 < s.destination1;
  if (s.source2 !== s.destination2) return s.source2 < s.destination2;
  return s.sourcePort <= s.destinationPort;
}
