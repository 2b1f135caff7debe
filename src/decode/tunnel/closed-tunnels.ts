/** Headers of tunnels that are known and not opened: as far as it takes to tell them from the other packets of their ports. */
import type { Cursor } from '../cursor.ts';
import { NOT_TCP, TUNNEL } from '../cursor.ts';

const IS_CONTROL = 0x8000;

/** L2TP over UDP (RFC 2661 3.1): control messages carry no packet. */
export function l2tp({ view, offset, end }: Cursor): number {
  return end - offset >= 2 && (view.getUint16(offset) & IS_CONTROL) === 0 ? TUNNEL : NOT_TCP;
}

/** ESP over UDP (RFC 3948 2): what begins with four zeros is a key exchange, and one byte a keep-alive. */
export function espOverUdp({ view, offset, end }: Cursor): number {
  return end - offset >= 4 && view.getUint32(offset) !== 0 ? TUNNEL : NOT_TCP;
}
