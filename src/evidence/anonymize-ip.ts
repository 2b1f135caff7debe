import { checksumFor, sumOf } from './internet-checksum.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Why a packet cannot be anonymised: it is left out. */
export type Obstacle = 'authentication-header' | 'ipv6-extension-header';

/** Both addresses as they stand in a packet, and under their pseudonyms. */
export interface Hosts {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** `bytes` is the IP header, with all that stands between it and the TCP header. Changed in place. */
export function anonymizeIp(bytes: Uint8Array, pseudonyms: Pseudonyms): Hosts | Obstacle {
  return (bytes[0] ?? 0) >> 4 === 4 ? anonymizeIpv4(bytes, pseudonyms) : anonymizeIpv6(bytes, pseudonyms);
}

const IPV4_FIXED = 20;
const NO_OPERATION = 1;

/** Identification, options (source routes, recorded addresses) and addresses; a wrong header checksum stays wrong. */
function anonymizeIpv4(bytes: Uint8Array, pseudonyms: Pseudonyms): Hosts | Obstacle {
  const length = ((bytes[0] ?? 0) & 0x0f) * 4;
  if (length !== bytes.length) return 'authentication-header';
  const wasRight = sumOf(bytes, 0, length) === 0xffff;
  const hosts = { source: bytes.slice(12, 16), destination: bytes.slice(16, 20) };
  const view = viewOf(bytes);
  view.setUint16(4, pseudonyms.identification(view.getUint16(4), 16, hosts.source));
  bytes.set(pseudonyms.address(hosts.source), 12);
  bytes.set(pseudonyms.address(hosts.destination), 16);
  bytes.fill(NO_OPERATION, IPV4_FIXED, length);
  view.setUint16(10, 0);
  view.setUint16(10, kept(checksumFor(sumOf(bytes, 0, length)), wasRight));
  return hosts;
}

/** The checksum of new bytes, or one that is certainly wrong where that of the old ones was. */
export function kept(right: number, wasRight: boolean): number {
  return wasRight ? right : right ^ 1;
}

const IPV6_FIXED = 40;
const FRAGMENT = 44;
const TCP = 6;
/** Hop-by-Hop and Destination Options. */
const OPTIONS: readonly number[] = [0, 60];

/** Flow label, addresses, options and fragment identification; what carries addresses or keys of its own is refused. */
function anonymizeIpv6(bytes: Uint8Array, pseudonyms: Pseudonyms): Hosts | Obstacle {
  const hosts = { source: bytes.slice(8, 24), destination: bytes.slice(24, 40) };
  const view = viewOf(bytes);
  const first = view.getUint32(0);
  const label = pseudonyms.identification(first & 0xf_ffff, 20, hosts.source);
  view.setUint32(0, ((first & 0xfff0_0000) | label) >>> 0);
  bytes.set(pseudonyms.address(hosts.source), 8);
  bytes.set(pseudonyms.address(hosts.destination), 24);
  let next = bytes[6] ?? TCP;
  for (let at = IPV6_FIXED; next !== TCP; ) {
    if (OPTIONS.includes(next)) {
      const length = ((bytes[at + 1] ?? 0) + 1) * 8;
      pad(bytes, at + 2, at + length);
      next = bytes[at] ?? TCP;
      at += length;
    } else if (next === FRAGMENT) {
      view.setUint32(at + 4, pseudonyms.identification(view.getUint32(at + 4), 32, hosts.source));
      next = bytes[at] ?? TCP;
      at += 8;
    } else return 'ipv6-extension-header';
  }
  return hosts;
}

const LONGEST_PADDING = 257;

/** Fills with PadN options (RFC 8200 4.2). At least two bytes; a piece of one byte is never left over. */
function pad(bytes: Uint8Array, from: number, to: number): void {
  bytes.fill(0, from, to);
  for (let at = from; at < to; ) {
    const left = to - at;
    const length = left > LONGEST_PADDING ? Math.min(LONGEST_PADDING, left - 2) : left;
    bytes[at] = 1;
    bytes[at + 1] = length - 2;
    at += length;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
