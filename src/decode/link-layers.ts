import type { Cursor } from './cursor.ts';
import { ethernet } from './ethernet.ts';
import { loop, nullLoopback } from './null-loop.ts';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.ts';
import { sll } from './sll.ts';
import { sll2 } from './sll2.ts';

/** Passes a link-layer header and returns the EtherType behind it, or why it could not. */
export type LinkLayer = (cursor: Cursor) => number;

export const ETHERNET = 1;
/** Whose packets `flow/wasm/run.ts` finds: Ethernet, IP alone, and what Linux captures on `any`. */
export const PLAIN_LINKS: ReadonlySet<number> = new Set([ETHERNET, 12, 14, 101, 113, 276]);

/** What can be decoded, by LINKTYPE_ value; {@link linkTypeName} has the names. */
export const LINK_LAYERS: ReadonlyMap<number, LinkLayer> = new Map([
  [0, nullLoopback],
  [ETHERNET, ethernet],
  [12, rawIp],
  [14, rawIp],
  [101, rawIp],
  [108, loop],
  [113, sll],
  [228, rawIpv4],
  [229, rawIpv6],
  [276, sll2],
]);
