import { LINK_TYPES, type LinkSecrets } from '../decode/link/link-layers.ts';
import { TAGS } from '../decode/link/tags.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/**
 * Replaces what a link-layer header tells of its network: hardware addresses get pseudonyms; VLAN identifiers and
 * priorities, security group tags and interface indexes become zero. `bytes` ends where the IP header begins.
 */
export function anonymizeLink(linkType: number, bytes: Uint8Array, pseudonyms: Pseudonyms): void {
  const secrets = LINK_TYPES.get(linkType)?.secrets ?? 'left-out';
  ANONYMIZERS[secrets](bytes, pseudonyms);
}

type Anonymizer = (bytes: Uint8Array, pseudonyms: Pseudonyms) => void;

const ANONYMIZERS: Readonly<Record<LinkSecrets, Anonymizer>> = {
  none: () => {},
  ethernet,
  sll,
  sll2,
  // Its packets begin with IP in an extract.
  'left-out': (bytes) => {
    if (bytes.length > 0) throw new TypeError('an extract has a link-layer header that is to be left out');
  },
};

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

/** Blanks every tag that the decoder passes; `type` is where the first EtherType stands, `from` what follows it. */
function blankTags(bytes: Uint8Array, type: number, from: number): void {
  let at = from;
  for (let tag = TAGS.get(word(bytes, type)); tag !== undefined && at < bytes.length; ) {
    bytes.fill(0, at + tag.secret[0], at + tag.secret[1]);
    at += tag.length;
    tag = TAGS.get(word(bytes, at - 2));
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
