/** Tunnels over UDP whose headers are short. */
import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT, NOT_TCP, TUNNEL } from '../cursor.ts';
import { ppp } from '../link/ppp.ts';
import { ETHERTYPE_IPV6 } from '../network/ether-types.ts';
import { IPV6 } from '../network/ip-protocols.ts';

const L2TP_IS_CONTROL = 0x8000;
const L2TP_HAS_LENGTH = 0x4000;
const L2TP_HAS_SEQUENCE = 0x0800;
const L2TP_HAS_OFFSET = 0x0200;
const L2TP_VERSION = 0x000f;

/**
 * L2TP version 2 (RFC 2661 3.1): its data messages carry PPP. Each end has its own numbers for tunnel and session, so that these tell
 * nothing of both directions.
 */
export function l2tp(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < 2) return CUT;
  const flags = view.getUint16(at);
  if (flags & L2TP_IS_CONTROL) return NOT_TCP;
  if ((flags & L2TP_VERSION) !== 2) return TUNNEL;
  let next = at + 6 + (flags & L2TP_HAS_LENGTH ? 2 : 0) + (flags & L2TP_HAS_SEQUENCE ? 4 : 0);
  if (flags & L2TP_HAS_OFFSET) {
    if (end - next < 2) return CUT;
    next += 2 + view.getUint16(next);
  }
  if (next > end) return CUT;
  cursor.offset = next;
  return ppp(cursor);
}

const TEREDO_ORIGIN = 0x0000;
const TEREDO_AUTHENTICATION = 0x0001;

/** Teredo (RFC 4380 5.1.1): an authentication, an origin, both or neither, and an IPv6 packet. */
export function teredo(cursor: Cursor): number {
  const { view, end } = cursor;
  for (let headers = 0; headers < 2; headers++) {
    const at = cursor.offset;
    if (end - at < 8) return end - at < 1 ? NOT_TCP : CUT;
    const type = view.getUint16(at);
    if (type === TEREDO_AUTHENTICATION)
      cursor.offset = at + 13 + view.getUint8(at + 2) + view.getUint8(at + 3);
    else if (type === TEREDO_ORIGIN) cursor.offset = at + 8;
    else break;
  }
  if (cursor.offset >= end) return NOT_TCP;
  return view.getUint8(cursor.offset) >> 4 === 6 ? ETHERTYPE_IPV6 : NOT_TCP;
}

const AYIYA = 8;
/** Operation codes: a packet is forwarded. */
const AYIYA_FORWARD = 1;

/** AYIYA (draft-massar-v6ops-ayiya): an identity and a signature of lengths that it tells, and an IPv6 packet. */
export function ayiya(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < AYIYA) return CUT;
  const identity = 2 ** (view.getUint8(at) >> 4);
  const signature = 4 * (view.getUint8(at + 1) >> 4);
  if ((view.getUint8(at + 2) & 0x0f) !== AYIYA_FORWARD || view.getUint8(at + 3) !== IPV6) return NOT_TCP;
  const next = at + AYIYA + identity + signature;
  if (next >= end) return CUT;
  cursor.offset = next;
  return view.getUint8(next) >> 4 === 6 ? ETHERTYPE_IPV6 : CORRUPT;
}

/** WireGuard: the first byte says what a message is, the three behind it are zero; data are encrypted. */
export function wireGuard({ view, offset: at, end }: Cursor): number {
  if (end - at < 4) return NOT_TCP;
  return view.getUint32(at) === 0x0400_0000 ? TUNNEL : NOT_TCP;
}
