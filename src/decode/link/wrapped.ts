/** Headers that a host or a switch puts in front of packets that it hands to a capture. */
import type { Cursor } from '../cursor.ts';
import { CORRUPT, CUT, NOT_TCP } from '../cursor.ts';
import { EITHER_IP } from '../network/ether-types.ts';
import { ethernet, etherTypeBehindTags } from './ethernet.ts';
import { passTags } from './tags.ts';

/** Decodes the rest of a packet as one of another link type. */
export type DecodeAs = (linkType: number, cursor: Cursor) => number;

const CISCO_HDLC = 4;

/** Cisco's HDLC (LINKTYPE_C_HDLC): address, control, and an EtherType. */
export function ciscoHdlc(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < CISCO_HDLC) return CUT;
  cursor.offset = at + CISCO_HDLC;
  return passTags(cursor, view.getUint16(at + 2));
}

const NFLOG = 4;
const ATTRIBUTE = 4;
const PAYLOAD = 9;
const IPV4_FAMILY = 2;
const IPV6_FAMILY = 10;

/** Linux netfilter's log (LINKTYPE_NFLOG): an address family, then attributes, one of which is the packet. */
export function nflog(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < NFLOG) return CUT;
  const family = view.getUint8(at);
  if (view.getUint8(at + 1) !== 0) return CORRUPT;
  for (let place = at + NFLOG; end - place >= ATTRIBUTE; ) {
    // In the byte order of the host, which is little-endian wherever the upper byte of a short type is zero.
    const isLittle = view.getUint8(place + 3) === 0;
    const length = view.getUint16(place, isLittle);
    if (length < ATTRIBUTE) return CORRUPT;
    if (view.getUint16(place + 2, isLittle) === PAYLOAD) {
      cursor.offset = place + ATTRIBUTE;
      return family === IPV4_FAMILY || family === IPV6_FAMILY ? EITHER_IP : NOT_TCP;
    }
    place += (length + 3) & ~3;
  }
  return CUT;
}

const ENC = 12;

/** BSD's view into IPsec (LINKTYPE_ENC): address family, security parameters index, flags, and IP. */
export function enc(cursor: Cursor): number {
  if (cursor.end - cursor.offset < ENC) return CUT;
  cursor.offset += ENC;
  return EITHER_IP;
}

/** The log of the BSD packet filter (LINKTYPE_PFLOG): the length of the header comes first, without its padding. */
export function pflog(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < 1) return CUT;
  const length = (view.getUint8(at) + 3) & ~3;
  if (length < 16) return CORRUPT;
  if (length > end - at) return CUT;
  cursor.offset = at + length;
  return EITHER_IP;
}

const GLOBAL_ROUTE_HEADER = 40;

/** IP over InfiniBand (RFC 4391 6): a global route header, an EtherType, two bytes of nothing. */
export function ipOverInfiniband(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < GLOBAL_ROUTE_HEADER + 4) return CUT;
  cursor.offset = at + GLOBAL_ROUTE_HEADER + 4;
  return view.getUint16(at + GLOBAL_ROUTE_HEADER);
}

const PPI = 8;

/** Per-packet information (LINKTYPE_PPI): version, flags, length, and the link type of what follows. */
export function ppi(cursor: Cursor, decodeAs: DecodeAs): number {
  const { view, offset: at, end } = cursor;
  if (end - at < PPI) return CUT;
  const length = view.getUint16(at + 2, true);
  if (view.getUint8(at) !== 0 || length < PPI) return CORRUPT;
  if (length > end - at) return CUT;
  cursor.offset = at + length;
  return decodeAs(view.getUint32(at + 4, true), cursor);
}

const PKTAP = 12;

/** Apple's PKTAP: the length of the header, a record type, and the link type of what follows. */
export function pktap(cursor: Cursor, decodeAs: DecodeAs): number {
  const { view, offset: at, end } = cursor;
  if (end - at < PKTAP) return CUT;
  const length = view.getUint32(at, true);
  if (length < PKTAP) return CORRUPT;
  if (length > end - at) return CUT;
  cursor.offset = at + length;
  return decodeAs(view.getUint32(at + 8, true), cursor);
}

const JUNIPER = 4;
const JUNIPER_MAGIC = 0x4d_4743;
const HAS_NO_FRAME = 0x02;
const HAS_EXTENSIONS = 0x80;

/** Ethernet behind Juniper's header: a magic number, flags, and extensions with their length. */
export function juniperEthernet(cursor: Cursor): number {
  const { view, offset: at, end } = cursor;
  if (end - at < JUNIPER + 2) return CUT;
  if (view.getUint32(at) >>> 8 !== JUNIPER_MAGIC) return CORRUPT;
  const flags = view.getUint8(at + 3);
  const extensions = flags & HAS_EXTENSIONS ? 2 + view.getUint16(at + JUNIPER) : 0;
  if (JUNIPER + extensions > end - at) return CUT;
  cursor.offset = at + JUNIPER + extensions;
  return flags & HAS_NO_FRAME ? NOT_TCP : ethernet(cursor);
}

const ADDRESSES = 12;

/** Tags of Ethernet switches between the addresses and the EtherType (Linux DSA), of so many bytes. */
export function switchTag(cursor: Cursor, length: number): number {
  const { view, offset: at, end } = cursor;
  if (end - at < ADDRESSES + length + 2) return CUT;
  cursor.macs = at;
  cursor.offset = at + ADDRESSES + length + 2;
  return etherTypeBehindTags(cursor, view.getUint16(at + ADDRESSES + length));
}

/** The same in front of the frame. */
export function prependedSwitchTag(cursor: Cursor, length: number): number {
  if (cursor.end - cursor.offset < length) return CUT;
  cursor.offset += length;
  return ethernet(cursor);
}

const ERF = 16;
const ERF_EXTENSION = 8;
const ERF_MORE = 0x80;
/** Types of records by the link type of what they hold; those of Ethernet have two bytes in front of it. */
const ERF_TYPES: ReadonlyMap<number, number> = new Map([
  [1, 50], // HDLC
  [2, 1], // Ethernet
  [10, 50],
  [11, 1],
  [15, 50],
  [16, 1],
  [20, 1],
  [22, 228], // IPv4
  [23, 229], // IPv6
]);

/** A record of an Endace card (LINKTYPE_ERF): time, type, flags, lengths, and extension headers of 8 bytes each. */
export function erf(cursor: Cursor, decodeAs: DecodeAs): number {
  const { view, offset: at, end } = cursor;
  if (end - at < ERF) return CUT;
  const type = view.getUint8(at + 8);
  const linkType = ERF_TYPES.get(type & ~ERF_MORE);
  if (linkType === undefined) return NOT_TCP;
  let place = at + ERF;
  for (let more = type & ERF_MORE; more !== 0; place += ERF_EXTENSION) {
    if (end - place < ERF_EXTENSION) return CUT;
    more = view.getUint8(place) & ERF_MORE;
  }
  // An offset and padding.
  if (linkType === 1) place += 2;
  if (place > end) return CUT;
  cursor.offset = place;
  // The frame check sequence and padding are no part of what was sent in it; IP says where a datagram ends.
  return decodeAs(linkType, cursor);
}
