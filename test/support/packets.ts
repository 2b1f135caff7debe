/**
 * Builds packets for tests: Ethernet, IPv4 or IPv6, TCP, with correct lengths and checksums. Every layer can also be
 * built by itself, to be put behind another link layer.
 */

export interface TcpFields {
  sport?: number;
  dport?: number;
  seq?: number;
  ack?: number;
  /** Flag bits as in RFC 9293 3.1, FIN lowest; ACK unless said. */
  flags?: number;
  window?: number;
  urgent?: number;
  payload?: Uint8Array;
  /** Length of a payload of zeros, where {@link payload} is not given. */
  payloadLength?: number;
  /** TCP options; padded with End of Option List to a multiple of four. */
  options?: Uint8Array;
}

export interface IpFields {
  /** Dotted IPv4 or full or `::` IPv6; both addresses of the same version. */
  src?: string;
  dst?: string;
  ttl?: number;
  ipId?: number;
  /** IPv4 options, a multiple of four bytes. */
  ipOptions?: Uint8Array;
}

export interface PacketFields extends TcpFields, IpFields {
  /** VLAN identifiers, outermost first; the outer ones of several are 802.1ad. */
  vlan?: number | readonly number[];
}

/** An Ethernet frame with a TCP segment. */
export function buildTcpPacket(fields: PacketFields): Uint8Array {
  return buildEthernet(buildTcpDatagram(fields), fields.vlan);
}

/** An IPv4 or IPv6 datagram with a TCP segment, by the version of {@link IpFields.src}. */
export function buildTcpDatagram(fields: TcpFields & IpFields): Uint8Array {
  return buildIp(6, buildTcpSegment(fields), fields);
}

/** An Ethernet frame around an IP datagram, or around anything with an EtherType. */
export function buildEthernet(
  payload: Uint8Array,
  vlan: number | readonly number[] = [],
  etherType: number = etherTypeOf(payload),
): Uint8Array {
  const tags = typeof vlan === 'number' ? [vlan] : vlan;
  const frame = new Uint8Array(14 + tags.length * 4 + payload.length);
  const view = new DataView(frame.buffer);
  frame.set([0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1]);
  let at = 12;
  tags.forEach((tag, index) => {
    view.setUint16(at, index < tags.length - 1 ? 0x88a8 : 0x8100);
    view.setUint16(at + 2, tag);
    at += 4;
  });
  view.setUint16(at, etherType);
  frame.set(payload, at + 2);
  return frame;
}

/** 0x0800 or 0x86dd, by the version of an IP datagram. */
export function etherTypeOf(datagram: Uint8Array): number {
  return (datagram[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800;
}

/** A datagram around a segment, or around anything with an IP protocol. A TCP checksum is filled in. */
export function buildIp(protocol: number, payload: Uint8Array, fields: IpFields = {}): Uint8Array {
  const { src = '10.0.0.1', dst = src.includes(':') ? 'fd00::2' : '10.0.0.2' } = fields;
  const source = parseAddress(src);
  const destination = parseAddress(dst);
  if (source.length !== destination.length) throw new Error(`${src} and ${dst} are of different IP versions`);
  const body = protocol === 6 ? withTcpChecksum(source, destination, payload) : payload;
  return source.length === 4
    ? buildIpv4(protocol, body, source, destination, fields)
    : buildIpv6(protocol, body, source, destination, fields);
}

function buildIpv4(
  protocol: number,
  body: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
  fields: IpFields,
): Uint8Array {
  const { ttl = 64, ipId = 1, ipOptions = new Uint8Array(0) } = fields;
  const header = 20 + ipOptions.length;
  const datagram = new Uint8Array(header + body.length);
  const view = new DataView(datagram.buffer);
  view.setUint8(0, 0x40 | (header / 4));
  view.setUint16(2, datagram.length);
  view.setUint16(4, ipId);
  view.setUint16(6, 0x4000);
  view.setUint8(8, ttl);
  view.setUint8(9, protocol);
  datagram.set(source, 12);
  datagram.set(destination, 16);
  datagram.set(ipOptions, 20);
  view.setUint16(10, internetChecksum([datagram.subarray(0, header)]));
  datagram.set(body, header);
  return datagram;
}

function buildIpv6(
  protocol: number,
  body: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
  fields: IpFields,
): Uint8Array {
  const datagram = new Uint8Array(40 + body.length);
  const view = new DataView(datagram.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, body.length);
  view.setUint8(6, protocol);
  view.setUint8(7, fields.ttl ?? 64);
  datagram.set(source, 8);
  datagram.set(destination, 24);
  datagram.set(body, 40);
  return datagram;
}

/** A TCP segment without checksum, which needs the addresses: {@link buildIp} fills it in. */
export function buildTcpSegment(fields: TcpFields): Uint8Array {
  const { sport = 40000, dport = 80, seq = 0, ack = 0, flags = 0x10, window = 65535, urgent = 0 } = fields;
  const { payload = new Uint8Array(fields.payloadLength ?? 0), options = new Uint8Array(0) } = fields;
  const header = 20 + Math.ceil(options.length / 4) * 4;
  if (header > 60) throw new Error(`${options.length} bytes of TCP options do not fit`);
  const segment = new Uint8Array(header + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, sport);
  view.setUint16(2, dport);
  view.setUint32(4, seq);
  view.setUint32(8, ack);
  view.setUint8(12, (header / 4) << 4);
  view.setUint8(13, flags);
  view.setUint16(14, window);
  view.setUint16(18, urgent);
  segment.set(options, 20);
  segment.set(payload, header);
  return segment;
}

/** An IPv6 extension header of the common form: next header, length in eight bytes less one, then zeros. */
export function buildExtensionHeader(next: number, length = 8): Uint8Array {
  const header = new Uint8Array(length);
  header.set([next, length / 8 - 1]);
  return header;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function parseAddress(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [front = '', back] = text.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const head = groups(front);
  const tail = back === undefined ? [] : groups(back);
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** RFC 1071, over the parts as if they stood together; all but the last of even length. */
export function internetChecksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function withTcpChecksum(source: Uint8Array, destination: Uint8Array, segment: Uint8Array): Uint8Array {
  if (segment.length < 20) return segment;
  const summed = segment.slice();
  const view = new DataView(summed.buffer);
  view.setUint16(16, 0);
  const lengthAndProtocol = new Uint8Array(8);
  new DataView(lengthAndProtocol.buffer).setUint32(0, segment.length);
  lengthAndProtocol[7] = 6;
  view.setUint16(16, internetChecksum([source, destination, lengthAndProtocol, summed]));
  return summed;
}
