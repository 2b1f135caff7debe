import type { Cursor } from './cursor.ts';
import { NOT_TCP, TUNNEL } from './cursor.ts';

/** Destination ports of UDP packets that, by their assignment, carry whole packets. */
const PORTS: ReadonlySet<number> = new Set([
  2152, // GTP-U
  4789, // VXLAN
  5247, // CAPWAP data
  6081, // Geneve
]);

/** Says whether a UDP packet looks like a tunnel; nothing but its port tells. */
export function udpTunnel(cursor: Cursor): number {
  if (cursor.end - cursor.offset < 4) return NOT_TCP;
  return PORTS.has(cursor.view.getUint16(cursor.offset + 2)) ? TUNNEL : NOT_TCP;
}
