import type { Cursor } from '../cursor.ts';
import type { Around } from '../tunnel/around.ts';
import { ETHERTYPE_IPV6 } from './ether-types.ts';

const SOURCE = 8;
const DESTINATION = 24;
const IPV6 = 40;
/** 2002::/16, in which each address has that of its IPv4 host. */
const SIX_TO_FOUR = 0x2002;

/** IPv6 in IP (RFC 4213 3). Of 6to4 the two directions take different relays (RFC 3068), so that the addresses around do not count. */
export function ipv6InIp(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < IPV6) return ETHERTYPE_IPV6;
  around.isAnywhere =
    view.getUint16(at + SOURCE) === SIX_TO_FOUR || view.getUint16(at + DESTINATION) === SIX_TO_FOUR;
  return ETHERTYPE_IPV6;
}
