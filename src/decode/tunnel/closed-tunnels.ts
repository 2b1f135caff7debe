/** Headers of tunnels that are known and not opened: as far as it takes to tell them from the other packets of their ports. */
import type { Cursor } from '../cursor.ts';
import { NOT_TCP, TUNNEL } from '../cursor.ts';

/** ESP over UDP (RFC 3948 2): what begins with four zeros is a key exchange, and one byte a keep-alive. */
export function espOverUdp({ view, offset, end }: Cursor): number {
  return end - offset >= 4 && view.getUint32(offset) !== 0 ? TUNNEL : NOT_TCP;
}
