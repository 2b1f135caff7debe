import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP } from '../cursor.ts';
import { LINK_FRAGMENT, WLAN_AGGREGATE, WLAN_PROTECTED } from '../network/ether-types.ts';
import { llc } from './ethernet.ts';

/** Frame control (IEEE 802.11 9.2.4.1): protocol version and type, little-endian; data frames are type 2. */
const VERSION_AND_TYPE = 0x000f;
const DATA = 0x0008;
const NO_DATA = 0x0040;
const IS_QOS = 0x0080;
const TO_SYSTEM = 0x0100;
const FROM_SYSTEM = 0x0200;
const MORE_FRAGMENTS = 0x0400;
const IS_PROTECTED = 0x4000;
const HAS_HT_CONTROL = 0x8000;
const FRAGMENT_NUMBER = 0x000f;
/** In the control field of QoS: the payload is an A-MSDU. */
const IS_AGGREGATE = 0x0080;

const HEADER = 24;
const SEQUENCE_CONTROL = 22;
const ADDRESS = 6;
const SUBFRAME = 14;

/**
 * IEEE 802.11: data frames that are not encrypted hold LLC and SNAP.
 *
 * @param pads the payload stands at a multiple of four bytes
 */
export function wlan(cursor: Cursor, pads = false): number {
  const { view, offset: at, end } = cursor;
  if (end - at < 2) return CUT;
  const control = view.getUint16(at, true);
  if ((control & VERSION_AND_TYPE) !== DATA || control & NO_DATA) return NOT_TCP;
  if (end - at < HEADER) return CUT;
  const isBetween = (control & TO_SYSTEM) !== 0 && (control & FROM_SYSTEM) !== 0;
  const qosAt = at + HEADER + (isBetween ? ADDRESS : 0);
  const isQos = (control & IS_QOS) !== 0;
  const length = qosAt - at + (isQos ? 2 : 0) + (isQos && control & HAS_HT_CONTROL ? 4 : 0);
  cursor.offset = at + (pads ? (length + 3) & ~3 : length);
  if (cursor.offset > end) return CUT;
  if (control & IS_PROTECTED) return WLAN_PROTECTED;
  const isPart =
    (control & MORE_FRAGMENTS) !== 0 || (view.getUint16(at + SEQUENCE_CONTROL, true) & FRAGMENT_NUMBER) !== 0;
  if (isPart) return LINK_FRAGMENT;
  return isQos && view.getUint16(qosAt, true) & IS_AGGREGATE ? aggregate(cursor) : llc(cursor);
}

/** An A-MSDU (IEEE 802.11 9.3.2.2): frames with two addresses and a length each, of which only one may be there. */
function aggregate(cursor: Cursor): number {
  const { view, offset: at, end, wireEnd } = cursor;
  if (end - at < SUBFRAME) return CUT;
  const next = at + ((SUBFRAME + view.getUint16(at + 12) + 3) & ~3);
  if (wireEnd - next >= SUBFRAME) return WLAN_AGGREGATE;
  cursor.offset = at + SUBFRAME;
  return llc(cursor);
}
