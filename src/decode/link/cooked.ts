import type { Cursor } from '../cursor.ts';
import { NOT_TCP } from '../cursor.ts';
import { ethernet, llc, looksLikeEthernet } from './ethernet.ts';
import { passTags } from './tags.ts';

/** Hardware types (ARPHRD_ of Linux) whose packets have something else where others have an EtherType. */
const NETLINK = 824;
/** Protocols that Linux has below the first EtherType (`linux/if_ether.h`). */
export const COOKED_802_3 = 0x0001;
export const COOKED_ALL = 0x0003;
const COOKED_802_2 = 0x0004;

/** What follows a header of a Linux "cooked" capture, by its protocol field. */
export function cooked(cursor: Cursor, protocol: number, hardware: number): number {
  if (hardware === NETLINK || protocol === 0) return NOT_TCP;
  if (protocol === COOKED_802_2) return llc(cursor);
  if (protocol === COOKED_802_3 || protocol === COOKED_ALL) {
    // A program that sends whole frames may leave the protocol open: then the frame follows.
    return looksLikeEthernet(cursor, cursor.offset) ? ethernet(cursor) : protocol;
  }
  return passTags(cursor, protocol);
}
