/** Local networks of before: FDDI, token ring and ARCNET. */
import type { Cursor } from '../cursor.ts';
import { CUT, NOT_TCP } from '../cursor.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, LINK_FRAGMENT } from '../network/ether-types.ts';
import { llc } from './ethernet.ts';

const FDDI = 13;
const FDDI_LLC = 0x50;

/** FDDI (ANSI X3.139): frame control, two addresses, and LLC in frames that carry it. */
export function fddi(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < FDDI) return CUT;
  if ((view.getUint8(at) & 0xf0) !== FDDI_LLC) return NOT_TCP;
  cursor.offset = at + FDDI;
  return llc(cursor);
}

const TOKEN_RING = 14;
const IS_SOURCE_ROUTED = 0x80;
const IS_LLC = 0x40;

/** Token ring (IEEE 802.5): access and frame control, two addresses, perhaps the bridges on the way, and LLC. */
export function tokenRing(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < TOKEN_RING) return CUT;
  if ((view.getUint8(at + 1) & 0xc0) !== IS_LLC) return NOT_TCP;
  cursor.offset = at + TOKEN_RING;
  if (view.getUint8(at + 8) & IS_SOURCE_ROUTED) {
    if (end - at < TOKEN_RING + 2) return CUT;
    cursor.offset += view.getUint8(at + TOKEN_RING) & 0x1f;
  }
  return llc(cursor);
}

/** Packet types: those of RFC 1051 have no header behind them, those of RFC 1201 a flag and a sequence number. */
const ARCNET_TYPES: ReadonlyMap<number, { readonly etherType: number; readonly hasSequence: boolean }> =
  new Map([
    [240, { etherType: ETHERTYPE_IPV4, hasSequence: false }],
    [212, { etherType: ETHERTYPE_IPV4, hasSequence: true }],
    [196, { etherType: ETHERTYPE_IPV6, hasSequence: true }],
  ]);
/** A flag that says that four bytes of padding follow, and then flag and sequence number again. */
const IS_EXCEPTION = 0xff;

/** ARCNET: two addresses and a type. */
export function arcnet(cursor: Cursor): number {
  return arcnetFrom(cursor, 2);
}

/** The same as Linux hands it over: with two bytes of an offset in front of the type. */
export function arcnetLinux(cursor: Cursor): number {
  return arcnetFrom(cursor, 4);
}

function arcnetFrom(cursor: Cursor, typeAt: number): number {
  const { view, offset: at, end } = cursor;
  if (end - at < typeAt + 1) return CUT;
  const type = ARCNET_TYPES.get(view.getUint8(at + typeAt));
  if (type === undefined) return NOT_TCP;
  let payload = at + typeAt + 1;
  if (type.hasSequence) {
    if (end - payload < 3) return CUT;
    if (view.getUint8(payload) === IS_EXCEPTION) payload += 4;
    if (end - payload < 3) return CUT;
    if (view.getUint8(payload) !== 0) return LINK_FRAGMENT;
    payload += 3;
  }
  cursor.offset = payload;
  return type.etherType;
}
