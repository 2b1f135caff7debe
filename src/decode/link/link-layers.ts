import type { Cursor } from '../cursor.ts';
import { NOT_TCP } from '../cursor.ts';
import { ethernet } from './ethernet.ts';
import { loop, nullLoopback } from './null-loop.ts';
import { ppp } from './ppp.ts';
import { avs, prism, radiotap } from './radio.ts';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.ts';
import { arcnet, arcnetLinux, fddi, tokenRing } from './rings.ts';
import { sll } from './sll.ts';
import { sll2 } from './sll2.ts';
import { wlan } from './wlan.ts';
import {
  ciscoHdlc,
  enc,
  erf,
  ipOverInfiniband,
  juniperEthernet,
  nflog,
  pflog,
  pktap,
  ppi,
  prependedSwitchTag,
  switchTag,
} from './wrapped.ts';

export const ETHERNET = 1;

/** Where a link-layer header has its EtherType, -1 where the version of IP says it; and where IP begins behind it, bytes. */
export interface LinkLayout {
  readonly typeAt: number;
  readonly ipAt: number;
}

/**
 * What a link-layer header tells of hosts, and so what an anonymous extract makes of it: nothing has to be hidden; addresses are
 * replaced as in one of three headers; or the header is left out, and the packet begins with IP.
 */
export type LinkSecrets = 'none' | 'ethernet' | 'sll' | 'sll2' | 'left-out';

/** All that is known of a link type. */
export interface LinkType {
  /** Passes the header and returns the EtherType behind it, or why it could not. */
  readonly decode: (cursor: Cursor) => number;
  /** Where all headers are alike: for those who read packets at fixed places. Null otherwise. */
  readonly layout: LinkLayout | null;
  readonly secrets: LinkSecrets;
}

const IP_ALONE: LinkLayout = { typeAt: -1, ipAt: 0 };

function readable(
  decode: LinkType['decode'],
  secrets: LinkSecrets,
  layout: LinkLayout | null = null,
): LinkType {
  return { decode, secrets, layout };
}

/** A header that extracts do not keep. */
const leftOut = (decode: LinkType['decode']): LinkType => readable(decode, 'left-out');

/** By LINKTYPE_ value; `linkTypeName` has the names. */
export const LINK_TYPES: ReadonlyMap<number, LinkType> = new Map([
  [0, readable(nullLoopback, 'none')],
  [ETHERNET, readable(ethernet, 'ethernet', { typeAt: 12, ipAt: 14 })],
  [6, leftOut(tokenRing)],
  [7, leftOut(arcnet)],
  [9, readable(ppp, 'none')],
  [10, leftOut(fddi)],
  [12, readable(rawIp, 'none', IP_ALONE)],
  [14, readable(rawIp, 'none', IP_ALONE)],
  [50, readable(ppp, 'none')],
  [101, readable(rawIp, 'none', IP_ALONE)],
  [104, leftOut(ciscoHdlc)],
  [105, leftOut(wlan)],
  [108, readable(loop, 'none')],
  [109, leftOut(enc)],
  [113, readable(sll, 'sll', { typeAt: 14, ipAt: 16 })],
  [117, leftOut(pflog)],
  [119, leftOut(prism)],
  [127, leftOut(radiotap)],
  [129, leftOut(arcnetLinux)],
  [163, leftOut(avs)],
  [178, leftOut(juniperEthernet)],
  [192, leftOut((cursor) => ppi(cursor, decodeAs))],
  [197, leftOut((cursor) => erf(cursor, decodeAs))],
  [228, readable(rawIpv4, 'none')],
  [229, readable(rawIpv6, 'none')],
  [239, leftOut(nflog)],
  [242, leftOut(ipOverInfiniband)],
  [258, leftOut((cursor) => pktap(cursor, decodeAs))],
  [276, readable(sll2, 'sll2', { typeAt: 0, ipAt: 20 })],
  // Tags of switches, named by Linux: Broadcom behind the addresses and in front, DSA, and DSA with an EtherType.
  [281, leftOut((cursor) => switchTag(cursor, 4))],
  [282, leftOut((cursor) => prependedSwitchTag(cursor, 4))],
  [284, leftOut((cursor) => switchTag(cursor, 4))],
  [285, leftOut((cursor) => switchTag(cursor, 8))],
]);

/** Link types that have another one inside. */
const WRAPPERS: readonly number[] = [192, 197, 258];

/** What a header in front of a frame names: never such a header again, so that nothing goes round in circles. */
function decodeAs(linkType: number, cursor: Cursor): number {
  const type = WRAPPERS.includes(linkType) ? undefined : LINK_TYPES.get(linkType);
  return type === undefined ? NOT_TCP : type.decode(cursor);
}
