import type { Cursor } from '../cursor.ts';
import { CUT, TUNNEL } from '../cursor.ts';

/** A tag between the addresses of a frame and its EtherType, which the last two bytes of the tag are. */
interface Tag {
  /** Bytes, with the EtherType that follows. */
  readonly length: number;
  /** The bytes that tell of a network: from, to. */
  readonly secret: readonly [number, number];
  /** What its first two bytes are in the only form that is known; null where they may be anything. */
  readonly form: number | null;
}

const VLAN: Tag = { length: 4, secret: [0, 2], form: null };

/** By the EtherType that announces the tag. */
export const TAGS: ReadonlyMap<number, Tag> = new Map([
  // IEEE 802.1Q 9.6, 802.1ad, and QinQ before that.
  [0x8100, VLAN],
  [0x88a8, VLAN],
  [0x9100, VLAN],
  // E-Tag (IEEE 802.1BR 7), and the VN-Tag of Cisco before that.
  [0x893f, { length: 8, secret: [0, 6], form: null }],
  [0x8926, { length: 6, secret: [0, 4], form: null }],
  // Cisco MetaData: version 1 with one option, a security group tag of six bytes.
  [0x8909, { length: 8, secret: [4, 6], form: 0x0101 }],
]);

/** Passes every tag at the cursor and returns the EtherType behind the last. */
export function passTags(cursor: Cursor, etherType: number): number {
  const { view, end } = cursor;
  let type = etherType;
  for (let tag = TAGS.get(type); tag !== undefined; tag = TAGS.get(type)) {
    const at = cursor.offset;
    if (end - at < tag.length) return CUT;
    if (tag.form !== null && view.getUint16(at) !== tag.form) return TUNNEL;
    cursor.offset = at + tag.length;
    type = view.getUint16(cursor.offset - 2);
  }
  return type;
}
