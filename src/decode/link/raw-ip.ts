import type { Cursor } from '../cursor.ts';
import { EITHER_IP, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../network/ether-types.ts';

/** LINKTYPE_RAW: the packet begins with the IP header, whose version field tells which. */
export function rawIp(_cursor: Cursor): number {
  return EITHER_IP;
}

/** LINKTYPE_IPV4 */
export function rawIpv4(_cursor: Cursor): number {
  return ETHERTYPE_IPV4;
}

/** LINKTYPE_IPV6 */
export function rawIpv6(_cursor: Cursor): number {
  return ETHERTYPE_IPV6;
}
