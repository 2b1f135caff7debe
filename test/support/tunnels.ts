/** Builds the headers of tunnels for tests, each around a packet that is there already. */
import { buildEthernet, buildIp, concat, etherTypeOf, type IpFields } from './packets.ts';

/** What tunnels run between, unless a test says otherwise. */
export const OUTER: IpFields = { src: '203.0.113.1', dst: '203.0.113.2' };

export function bytesOf(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function half(value: number): Uint8Array {
  return bytesOf((value >> 8) & 0xff, value & 0xff);
}

export function word(value: number): Uint8Array {
  return concat(half((value >>> 16) & 0xffff), half(value & 0xffff));
}

export function buildUdp(port: number, payload: Uint8Array, outer: IpFields = OUTER): Uint8Array {
  const header = concat(half(49152), half(port), half(8 + payload.length), half(0));
  return buildIp(17, concat(header, payload), outer);
}

/** A frame inside, as the others unless they say otherwise. */
export function buildVxlan(frame: Uint8Array, id = 100, outer: IpFields = OUTER, port = 4789): Uint8Array {
  return buildUdp(port, concat(bytesOf(8, 0, 0, 0), word(id << 8), frame), outer);
}

/** A datagram inside, with its protocol named. */
export function buildVxlanGpe(datagram: Uint8Array, id = 100): Uint8Array {
  const protocol = etherTypeOf(datagram) === 0x0800 ? 1 : 2;
  return buildUdp(4790, concat(bytesOf(0x0c, 0, 0, protocol), word(id << 8), datagram));
}

export function buildGeneve(
  frame: Uint8Array,
  options: Uint8Array = new Uint8Array(0),
  id: number = 100,
): Uint8Array {
  const header = concat(bytesOf(options.length / 4, 0), half(0x6558), word(id << 8), options);
  return buildUdp(6081, concat(header, frame));
}

/** A datagram inside; `extensions` are whole extension headers, the last of which names no next one. */
export function buildGtpUser(
  datagram: Uint8Array,
  teid = 7,
  extensions: Uint8Array | null = null,
): Uint8Array {
  const optional = extensions === null ? new Uint8Array(0) : concat(bytesOf(0, 0, 0, 0x85), extensions);
  const flags = extensions === null ? 0x30 : 0x34;
  const length = half(optional.length + datagram.length);
  return buildUdp(2152, concat(bytesOf(flags, 255), length, word(teid), optional, datagram));
}

export interface GreFields {
  readonly protocol?: number;
  readonly flags?: number;
  readonly key?: number;
  readonly outer?: IpFields;
}

/** `flags` as of RFC 2890: the words that they announce are zeros, but for the key. */
export function buildGre(
  inner: Uint8Array,
  { protocol = etherTypeOf(inner), flags = 0, key = 0, outer = OUTER }: GreFields = {},
): Uint8Array {
  const words = concat(
    new Uint8Array(flags & 0x8000 ? 4 : 0),
    flags & 0x2000 ? word(key) : new Uint8Array(0),
    new Uint8Array(flags & 0x1000 ? 4 : 0),
  );
  return buildIp(47, concat(half(flags), half(protocol), words, inner), outer);
}

export function buildIpInIp(datagram: Uint8Array, outer: IpFields = OUTER): Uint8Array {
  return buildIp(etherTypeOf(datagram) === 0x0800 ? 4 : 41, datagram, outer);
}

export function buildPppoe(datagram: Uint8Array, session = 5): Uint8Array {
  const protocol = etherTypeOf(datagram) === 0x0800 ? 0x0021 : 0x0057;
  const header = concat(bytesOf(0x11, 0), half(session), half(2 + datagram.length), half(protocol));
  return buildEthernet(concat(header, datagram), [], 0x8864);
}

/** A frame around a stack of labels, and what is behind. */
export function buildMpls(inner: Uint8Array, labels: readonly number[] = [16, 17]): Uint8Array {
  const stack = labels.map((label, at) => word((label << 12) | (at === labels.length - 1 ? 0x1ff : 0xff)));
  return buildEthernet(concat(...stack, inner), [], 0x8847);
}

/** One fragment of an IPv4 datagram: `from` and `to` count from where its payload begins. */
export function fragmentOf(datagram: Uint8Array, from: number, to: number): Uint8Array {
  const payload = datagram.subarray(20);
  const fragment = concat(datagram.subarray(0, 20), payload.subarray(from, to));
  const view = new DataView(fragment.buffer);
  view.setUint16(2, fragment.length);
  view.setUint16(6, (to < payload.length ? 0x2000 : 0) | (from / 8));
  return fragment;
}

/** The same of an IPv6 datagram with TCP. */
export function fragmentOfIpv6(datagram: Uint8Array, from: number, to: number, id = 1): Uint8Array {
  const payload = datagram.subarray(40);
  const header = concat(bytesOf(datagram[6] ?? 0, 0), half(from | (to < payload.length ? 1 : 0)), word(id));
  const fragment = concat(datagram.subarray(0, 40), header, payload.subarray(from, to));
  const view = new DataView(fragment.buffer);
  view.setUint16(4, fragment.length - 40);
  view.setUint8(6, 44);
  return fragment;
}
