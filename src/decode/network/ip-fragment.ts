import type { Cursor } from '../cursor.ts';
import { FRAGMENT, NOT_TCP } from '../cursor.ts';
import { AUTHENTICATION_HEADER, TCP } from './ip-protocols.ts';

/**
 * What follows the IP header of a fragment (RFC 791 3.2, RFC 8200 4.5). TCP waits for the whole datagram. Of what carries other
 * packets the first fragment has their headers, so it is looked into as it is.
 */
export function ipFragment(
  cursor: Cursor,
  protocol: number,
  at: number,
  hasMore: boolean,
  id: number,
): number {
  if (protocol !== TCP && protocol !== AUTHENTICATION_HEADER) return at === 0 ? protocol : NOT_TCP;
  const { fragment } = cursor;
  fragment.id = id;
  fragment.at = at;
  fragment.hasMore = hasMore;
  fragment.protocol = protocol;
  return FRAGMENT;
}
