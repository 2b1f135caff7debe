import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import { looksLikeEthernet } from '../link/ethernet.ts';
import { ETHERNET_FRAME, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../network/ether-types.ts';

const LABEL = 4;
const IS_LAST = 0x01;
const CONTROL_WORD = 4;

/**
 * MPLS (RFC 3032 2.1): a stack of labels, behind which nothing names the protocol. Labels are other ones in each direction, so that
 * they do not say whose packets these are.
 */
export function mpls(cursor: Cursor): number {
  const { view, end } = cursor;
  let isLast = false;
  while (!isLast) {
    if (end - cursor.offset < LABEL) return CUT;
    isLast = (view.getUint8(cursor.offset + 2) & IS_LAST) !== 0;
    cursor.offset += LABEL;
  }
  const at = cursor.offset;
  if (at >= end) return CUT;
  const first = view.getUint8(at);
  // RFC 4928 3: a first digit of 4 or 6 is IP, 0 the control word of a pseudowire, 1 its associated channel (RFC 4385 5).
  if (first >> 4 === 4 && (first & 0x0f) >= 5) return ETHERTYPE_IPV4;
  if (first >> 4 === 6) return ETHERTYPE_IPV6;
  if (first >> 4 === 0 && looksLikeEthernet(cursor, at + CONTROL_WORD)) {
    cursor.offset = at + CONTROL_WORD;
    return ETHERNET_FRAME;
  }
  if (looksLikeEthernet(cursor, at)) return ETHERNET_FRAME;
  return first >> 4 === 1 ? NOT_TCP : TUNNEL;
}
