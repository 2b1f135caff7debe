import type { Pseudonyms } from './pseudonyms.ts';

/**
 * Replaces what a link-layer header tells of its network: hardware addresses get pseudonyms; VLAN identifiers and
 * priorities, security group tags and interface indexes become zero. `bytes` ends where the IP header begins.
 */
export function anonymizeLink(linkType: number, bytes: Uint8Array, pseudonyms: Pseudonyms): void {
  LINK_HEADERS.get(linkType)?.(bytes, pseudonyms);
}

/** Those that have something to hide, by LINKTYPE_ value; raw IP and BSD loopback have nothing. */
const LINK_HEADERS: ReadonlyMap<number, (bytes: Uint8Array, pseudonyms: Pseudonyms) => void> = new Map([
  [1, ethernet],
  [113, sll],
  [276, sll2],
]);

const HARDWARE_ADDRESS = 6;

function ethernet(bytes: Uint8Array, pseudonyms: Pseudonyms): void {
  for (const at of [0, HARDWARE_ADDRESS]) {
    bytes.set(pseudonyms.hardware(bytes.subarray(at, at + HARDWARE_ADDRESS)), at);
  }
  blankTags(bytes, 12, 14);
}

/** LINKTYPE_LINUX_SLL: packet type, ARPHRD_ type, address length, address in eight bytes, EtherType. */
function sll(bytes: Uint8Array, pseudonyms: Pseudonyms): void {
  cookedAddress(bytes, word(bytes, 4), 6, pseudonyms);
  blankTags(bytes, 14, 16);
}

/** LINKTYPE_LINUX_SLL2: EtherType, reserved, interface index, ARPHRD_ type, packet type, address length, address. */
function sll2(bytes: Uint8Array, pseudonyms: Pseudonyms): void {
  bytes.fill(0, 2, 8);
  cookedAddress(bytes, bytes[11] ?? 0, 12, pseudonyms);
  blankTags(bytes, 0, 20);
}

function cookedAddress(bytes: Uint8Array, length: number, at: number, pseudonyms: Pseudonyms): void {
  const address = bytes.slice(at, at + HARDWARE_ADDRESS);
  bytes.fill(0, at, at + 8);
  if (length === HARDWARE_ADDRESS) bytes.set(pseudonyms.hardware(address), at);
}

const DOT1Q = 0x8100;
const DOT1AD = 0x88a8;
const QINQ_OLD = 0x9100;
const CISCO_METADATA = 0x8909;

/** Blanks every tag that the decoder passes; `type` is where the first EtherType stands, `from` what follows it. */
function blankTags(bytes: Uint8Array, type: number, from: number): void {
  let at = from;
  for (let next = word(bytes, type); at < bytes.length; ) {
    if (next === DOT1Q || next === DOT1AD || next === QINQ_OLD) {
      bytes.fill(0, at, at + 2);
      next = word(bytes, at + 2);
      at += 4;
    } else if (next === CISCO_METADATA) {
      bytes.fill(0, at + 4, at + 6);
      next = word(bytes, at + 6);
      at += 8;
    } else return;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
