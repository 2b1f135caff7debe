import type { Cursor } from './cursor.ts';
import { CORRUPT, CUT, NOT_TCP, TUNNEL } from './cursor.ts';
import { ethernet } from './link/ethernet.ts';
import { EITHER_IP, ETHERNET_FRAME, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './network/ether-types.ts';
import { type IcmpError, icmpError } from './network/icmp-error.ts';
import { ICMP, ICMPV6, TCP, UDP } from './network/ip-protocols.ts';
import { ipv4 } from './network/ipv4.ts';
import { ipv6 } from './network/ipv6.ts';
import type { Segment } from './segment.ts';
import { tcp } from './tcp.ts';
import { type Around, IP_PROTOCOL } from './tunnel/around.ts';
import type { Contexts } from './tunnel/contexts.ts';
import { endsOverEthernet, endsOverIp } from './tunnel/contexts.ts';
import { IP_TUNNELS, LINK_TUNNELS, type Tunnel, UDP_TUNNELS } from './tunnel/tunnels.ts';

/** Tunnels within tunnels that are opened. */
const DEEPEST = 8;
const UDP_HEADER = 8;

/**
 * From an EtherType to a filled segment, or to the reason why there is none. Tunnels on the way are opened; `around` says which.
 * Where it is an ICMP error about a segment, `error` has it.
 */
export function openPacket(
  etherType: number,
  cursor: Cursor,
  segment: Segment,
  around: Around,
  contexts: Contexts,
  error: IcmpError,
): number {
  around.context = 0;
  around.protocol = -1;
  // Of tags, only these are not always passed.
  around.closed = 'Cisco MetaData';
  let next = etherType;
  for (let depth = 0; ; depth++) {
    if (next === ETHERNET_FRAME) next = ethernet(cursor);
    if (next < 0) return next;
    const isIp = next === ETHERTYPE_IPV4 || next === ETHERTYPE_IPV6 || next === EITHER_IP;
    let tunnel: Tunnel | undefined;
    if (isIp) {
      const protocol = ip(next, cursor, segment);
      if (protocol === TCP) return tcp(cursor, segment);
      if (protocol < 0) return protocol;
      around.protocol = IP_PROTOCOL + protocol;
      if (protocol === ICMP || protocol === ICMPV6) return icmpError(cursor, segment, error);
      tunnel = protocol === UDP ? udpTunnel(cursor) : IP_TUNNELS.get(protocol);
    } else {
      around.protocol = next;
      tunnel = LINK_TUNNELS.get(next);
    }
    if (tunnel === undefined) return NOT_TCP;
    around.closed = tunnel.name;
    if (tunnel.open === null || depth === DEEPEST) return TUNNEL;
    around.id = -1;
    around.isAnywhere = false;
    next = tunnel.open(cursor, around);
    if (next < 0) return next;
    around.context = contexts.of(
      around.context,
      tunnel.name,
      around.id,
      tunnel.ends === 'none' || around.isAnywhere
        ? null
        : tunnel.ends === 'ethernet'
          ? endsOverEthernet(cursor.view, cursor.macs)
          : endsOverIp(segment),
    );
    if (around.context < 0) return TUNNEL;
  }
}

function ip(etherType: number, cursor: Cursor, segment: Segment): number {
  if (etherType === ETHERTYPE_IPV4) return ipv4(cursor, segment);
  if (etherType === ETHERTYPE_IPV6) return ipv6(cursor, segment);
  if (cursor.offset >= cursor.end) return CUT;
  const version = cursor.view.getUint8(cursor.offset) >> 4;
  if (version === 4) return ipv4(cursor, segment);
  return version === 6 ? ipv6(cursor, segment) : CORRUPT;
}

/** The tunnel that a UDP packet looks like; the cursor moves behind its header. */
function udpTunnel(cursor: Cursor): Tunnel | undefined {
  const at = cursor.offset;
  if (cursor.end - at < UDP_HEADER) return undefined;
  const from = UDP_TUNNELS.get(cursor.view.getUint16(at));
  const tunnel = UDP_TUNNELS.get(cursor.view.getUint16(at + 2)) ?? (from?.hasOnePort ? from : undefined);
  if (tunnel !== undefined) cursor.offset = at + UDP_HEADER;
  return tunnel;
}
