import type { Cursor } from './cursor.ts';
import { CUT } from './cursor.ts';

const DOT1Q = 0x8100;
const DOT1AD = 0x88a8;
/** QinQ before 802.1ad. */
const QINQ_OLD = 0x9100;

const TAG = 4;

/** True for the EtherTypes that announce a VLAN tag. */
export function isVlan(etherType: number): boolean {
  return etherType === DOT1Q || etherType === DOT1AD || etherType === QINQ_OLD;
}

/** Passes every VLAN tag at the cursor (IEEE 802.1Q 9.6), and returns the EtherType behind the last. */
export function passVlanTags(cursor: Cursor, etherType: number): number {
  let type = etherType;
  while (isVlan(type)) {
    if (cursor.end - cursor.offset < TAG) return CUT;
    type = cursor.view.getUint16(cursor.offset + 2);
    cursor.offset += TAG;
  }
  return type;
}
