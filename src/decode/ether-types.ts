/** EtherTypes that the decoder knows (IEEE 802 numbers). */
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;

/** What the link layer names where there is no EtherType: the IP version stands in the packet. */
export const EITHER_IP = 0;

/** EtherTypes whose payload may carry IP packets that are not looked into. */
const TUNNELS: ReadonlySet<number> = new Set([
  0x8847, // MPLS unicast
  0x8848, // MPLS multicast
  0x8864, // PPPoE session
  0x88e7, // 802.1ah provider backbone bridges
]);

export function isTunnelEtherType(etherType: number): boolean {
  return TUNNELS.has(etherType);
}
