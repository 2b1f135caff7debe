import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP } from '../cursor.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../network/ether-types.ts';

const HEADER = 4;
const LARGEST_FAMILY = 0xffff;

/** AF_INET is 2 everywhere; AF_INET6 is what the capturing system calls it. */
const FAMILIES: ReadonlyMap<number, number> = new Map([
  [2, ETHERTYPE_IPV4],
  [10, ETHERTYPE_IPV6], // Linux
  [23, ETHERTYPE_IPV6], // Windows
  [24, ETHERTYPE_IPV6], // NetBSD, OpenBSD, Npcap
  [28, ETHERTYPE_IPV6], // FreeBSD
  [30, ETHERTYPE_IPV6], // macOS
]);

/** BSD loopback (LINKTYPE_NULL): the address family in the byte order of the capturing machine, which nothing tells. */
export function nullLoopback(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < HEADER) return CUT;
  const family = cursor.view.getUint32(at);
  cursor.offset = at + HEADER;
  return FAMILIES.get(family > LARGEST_FAMILY ? cursor.view.getUint32(at, true) : family) ?? NOT_TCP;
}

/** OpenBSD loopback (LINKTYPE_LOOP): the same in network byte order. */
export function loop(cursor: Cursor): number {
  const at = cursor.offset;
  if (cursor.end - at < HEADER) return CUT;
  cursor.offset = at + HEADER;
  return FAMILIES.get(cursor.view.getUint32(at)) ?? NOT_TCP;
}
