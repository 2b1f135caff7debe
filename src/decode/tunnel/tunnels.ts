import type { Cursor } from '../cursor.ts';
import { backboneBridge, etherIp } from '../link/bridged.ts';
import { COOKED_802_3, COOKED_ALL } from '../link/cooked.ts';
import { pppoe } from '../link/pppoe.ts';
import {
  ETHERTYPE_IPV4,
  ETHERTYPE_MPLS,
  LINK_FRAGMENT,
  PPP_UNKNOWN,
  WLAN_AGGREGATE,
  WLAN_PROTECTED,
} from '../network/ether-types.ts';
import { ipv6InIp } from '../network/ip-in-ip.ts';
import type { Around } from './around.ts';
import { espOverUdp } from './closed-tunnels.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gtpUser } from './gtp-user.ts';
import { mpls } from './mpls.ts';
import { ayiya, l2tp, teredo, wireGuard } from './over-udp.ts';
import { vxlan } from './vxlan.ts';

/** Something that carries packets inside. */
export interface Tunnel {
  readonly name: string;
  /**
   * Passes its header and returns the EtherType of what is inside, or why it could not; null where it is known and not opened.
   */
  readonly open: ((cursor: Cursor, around: Around) => number) | null;
  /** What tells one such tunnel from another besides its identifier: the addresses around it, unless it says otherwise. */
  readonly ends?: 'ethernet' | 'none';
  /** Over UDP: only one end has the port, so that packets come from it as well. */
  readonly hasOnePort?: true;
}

const MPLS: Tunnel = { name: 'MPLS', open: mpls, ends: 'none' };
const VXLAN: Tunnel = { name: 'VXLAN', open: vxlan };

/** By EtherType. */
export const LINK_TUNNELS: ReadonlyMap<number, Tunnel> = new Map<number, Tunnel>([
  [ETHERTYPE_MPLS, MPLS],
  [0x8848, MPLS],
  [0x8864, { name: 'PPPoE', open: pppoe, ends: 'ethernet' }],
  [0x88e7, { name: '802.1ah', open: backboneBridge, ends: 'none' }],
  [0x88e5, { name: 'MACsec', open: null }],
  [0x894f, { name: 'NSH', open: null }],
  [0x883e, { name: 'WCCP', open: null }],
  [PPP_UNKNOWN, { name: 'PPP', open: null }],
  [WLAN_PROTECTED, { name: 'encrypted 802.11', open: null }],
  [WLAN_AGGREGATE, { name: 'A-MSDU', open: null }],
  [LINK_FRAGMENT, { name: 'a part of a frame', open: null }],
  [COOKED_802_3, { name: 'Linux cooked, protocol 1', open: null }],
  [COOKED_ALL, { name: 'Linux cooked, protocol 3', open: null }],
]);

/** By IP protocol. */
export const IP_TUNNELS: ReadonlyMap<number, Tunnel> = new Map<number, Tunnel>([
  [4, { name: 'IP in IP', open: () => ETHERTYPE_IPV4 }],
  [41, { name: 'IP in IP', open: ipv6InIp }],
  [47, { name: 'GRE', open: gre }],
  [97, { name: 'EtherIP', open: etherIp }],
  [137, MPLS],
  [50, { name: 'ESP', open: null }],
  [115, { name: 'L2TP', open: null }],
]);

/** By the destination port of UDP, or the source port where it says so: nothing else tells. */
export const UDP_TUNNELS: ReadonlyMap<number, Tunnel> = new Map<number, Tunnel>([
  [4789, VXLAN],
  [8472, VXLAN],
  [4790, { name: 'VXLAN-GPE', open: vxlan }],
  [6081, { name: 'Geneve', open: geneve }],
  [2152, { name: 'GTP-U', open: gtpUser }],
  [6635, MPLS],
  [1701, { name: 'L2TP', open: l2tp }],
  [3544, { name: 'Teredo', open: teredo, hasOnePort: true }],
  [5072, { name: 'AYIYA', open: ayiya, hasOnePort: true }],
  [51820, { name: 'WireGuard', open: wireGuard, hasOnePort: true }],
  [4754, { name: 'GRE', open: gre }],
  [4500, { name: 'ESP', open: espOverUdp }],
  [5247, { name: 'CAPWAP', open: null }],
]);
