import type { Cursor } from '../cursor.ts';
import { CUT, TUNNEL } from '../cursor.ts';

const DOT1Q = 0x8100;
const DOT1AD = 0x88a8;
/** QinQ before 802.1ad. */
const QINQ_OLD = 0x9100;

const TAG = 4;

/** Cisco MetaData: in its only common form, version 1 with one option, a security group tag of six bytes. */
const CISCO_METADATA = 0x8909;
const SECURITY_GROUP = 8;

/** True for the EtherTypes that announce a VLAN tag. */
function isVlan(etherType: number): boolean {
  return etherType === DOT1Q || etherType === DOT1AD || etherType === QINQ_OLD;
}

/**
 * Passes every tag at the cursor, VLAN (IEEE 802.1Q 9.6) or security group, and returns the EtherType behind the last.
 */
export function passTags(cursor: Cursor, etherType: number): number {
  const { view, end } = cursor;
  let type = etherType;
  for (;;) {
    const at = cursor.offset;
    if (isVlan(type)) {
      if (end - at < TAG) return CUT;
      type = view.getUint16(at + 2);
      cursor.offset = at + TAG;
    } else if (type === CISCO_METADATA) {
      if (end - at < SECURITY_GROUP) return CUT;
      if (view.getUint16(at) !== 0x0101) return TUNNEL;
      type = view.getUint16(at + 6);
      cursor.offset = at + SECURITY_GROUP;
    } else return type;
  }
}
