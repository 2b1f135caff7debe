import { captureOf, type Packet } from '../mutation/packets.ts';
import { buildEthernet, buildIp, concat, type IpFields } from './packets.ts';
import { bytesOf, word } from './tunnels.ts';

const ETHERNET = 14;

export interface IcmpFields {
  readonly type?: number;
  readonly code?: number;
  /** Who sends it; a router between the two unless said. */
  readonly from?: string;
  /** Bytes of the datagram that it quotes; header and eight bytes unless said. */
  readonly quote?: number;
}

/** An ICMP error about an Ethernet frame with a datagram, sent back to where that came from. */
export function buildIcmpError(frame: Uint8Array, fields: IcmpFields = {}): Uint8Array {
  const datagram = frame.subarray(ETHERNET);
  const isIpv6 = (datagram[0] ?? 0) >> 4 === 6;
  const { type = isIpv6 ? 1 : 3, code = isIpv6 ? 3 : 1, quote = (isIpv6 ? 40 : 20) + 8 } = fields;
  const { from = isIpv6 ? '2001:db8:f::9' : '203.0.113.9' } = fields;
  const to = isIpv6 ? datagram.subarray(8, 24) : datagram.subarray(12, 16);
  const outer: IpFields = { src: from, dst: textOf(to) };
  const body = concat(bytesOf(type, code, 0, 0), word(0), datagram.subarray(0, quote));
  return buildEthernet(buildIp(isIpv6 ? 58 : 1, body, outer));
}

function textOf(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, at) => ((address[2 * at] ?? 0) << 8) | (address[2 * at + 1] ?? 0),
  );
  return groups.map((group) => group.toString(16)).join(':');
}

export interface InsertedError extends IcmpFields {
  /** Number of the packet that it quotes, from 1. */
  readonly quotes: number;
  /** Number of the packet behind which it comes; that which it quotes unless said. */
  readonly behind?: number;
  /** How long after that, milliseconds; 1 unless said. */
  readonly delay?: number;
}

/** A capture of Ethernet frames with errors put between them. */
export function withErrors(packets: readonly Packet[], errors: readonly InsertedError[]): Uint8Array {
  const all = packets.flatMap((packet, at) => [
    packet,
    ...errors
      .filter(({ quotes, behind = quotes }) => behind === at + 1)
      .map(({ quotes, delay = 1, ...fields }) => {
        const bytes = buildIcmpError(packets[quotes - 1]?.bytes ?? new Uint8Array(0), fields);
        return { time: packet.time + BigInt(delay * 1e6), bytes, original: bytes.length };
      }),
  ]);
  return captureOf(1, all);
}
