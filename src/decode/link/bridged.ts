import type { Cursor } from '../cursor.ts';
import { CUT, TUNNEL } from '../cursor.ts';
import { ETHERNET_FRAME } from '../network/ether-types.ts';
import type { Around } from '../tunnel/around.ts';

const SERVICE_TAG = 4;
const SERVICE = 0xff_ffff;
const ETHER_IP = 2;
const ETHER_IP_VERSION = 3;

/** Provider backbone bridges (IEEE 802.1Q 9.7): a tag with the service, and the customer's frame. */
export function backboneBridge(cursor: Cursor, around: Around): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < SERVICE_TAG) return CUT;
  around.id = view.getUint32(at) & SERVICE;
  cursor.offset = at + SERVICE_TAG;
  return ETHERNET_FRAME;
}

/** EtherIP (RFC 3378 3): a version, and a frame. */
export function etherIp(cursor: Cursor): number {
  const { view, offset: at } = cursor;
  if (cursor.end - at < ETHER_IP) return CUT;
  if (view.getUint8(at) >> 4 !== ETHER_IP_VERSION) return TUNNEL;
  cursor.offset = at + ETHER_IP;
  return ETHERNET_FRAME;
}
