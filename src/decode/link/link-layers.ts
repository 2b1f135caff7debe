import type { Cursor } from '../cursor.ts';
import { ethernet } from './ethernet.ts';
import { loop, nullLoopback } from './null-loop.ts';
import { ppp } from './ppp.ts';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.ts';
import { sll } from './sll.ts';
import { sll2 } from './sll2.ts';

/** Passes a link-layer header and returns the EtherType behind it, or why it could not. */
export type LinkLayer = (cursor: Cursor) => number;

export const ETHERNET = 1;

/** Where a link-layer header has its EtherType, -1 where the version of IP says it; and where IP begins behind it, bytes. */
export interface LinkLayout {
  readonly typeAt: number;
  readonly ipAt: number;
}

const IP_ALONE: LinkLayout = { typeAt: -1, ipAt: 0 };

/** Link types whose headers are all alike, for those who read packets at fixed places. */
export const LINK_LAYOUTS: ReadonlyMap<number, LinkLayout> = new Map([
  [ETHERNET, { typeAt: 12, ipAt: 14 }],
  [12, IP_ALONE],
  [14, IP_ALONE],
  [101, IP_ALONE],
  [113, { typeAt: 14, ipAt: 16 }],
  [276, { typeAt: 0, ipAt: 20 }],
]);

/** What can be decoded, by LINKTYPE_ value; {@link linkTypeName} has the names. */
export const LINK_LAYERS: ReadonlyMap<number, LinkLayer> = new Map([
  [0, nullLoopback],
  [ETHERNET, ethernet],
  [9, ppp],
  [12, rawIp],
  [14, rawIp],
  [50, ppp],
  [101, rawIp],
  [108, loop],
  [113, sll],
  [228, rawIpv4],
  [229, rawIpv6],
  [276, sll2],
]);
