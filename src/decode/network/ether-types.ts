/** EtherTypes that the decoder knows (IEEE 802 numbers). */
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
export const ETHERTYPE_MPLS = 0x8847;
/** Transparent Ethernet bridging: a whole Ethernet frame follows. */
export const ETHERNET_FRAME = 0x6558;

/** PPP, as tunnels name it: what it holds is none of the above. */
export const PPP_UNKNOWN = 0x880b;

/** IEEE 802.11, as the decoder names it: encrypted data, several frames in one, and a part of a frame (of ARCNET, too). */
export const WLAN_PROTECTED = 0x1_0001;
export const WLAN_AGGREGATE = 0x1_0002;
export const LINK_FRAGMENT = 0x1_0003;

/** What the link layer names where there is no EtherType: the IP version stands in the packet. */
export const EITHER_IP = 0;

/** EtherTypes that say that something really is an Ethernet frame, where nothing else does. */
const USUAL: ReadonlySet<number> = new Set([
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_MPLS,
  0x0806, // ARP
  0x8100, // VLAN tags
  0x88a8,
  0x8863, // PPPoE
  0x8864,
  0x88cc, // LLDP
  0x888e, // 802.1X
]);

export function isUsualEtherType(etherType: number): boolean {
  return USUAL.has(etherType);
}
