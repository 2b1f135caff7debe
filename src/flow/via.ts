import type { Contexts } from '../decode/tunnel/contexts.ts';
import { formatIpv4, formatIpv6 } from './address.ts';

/** The tunnels of a context as text, the outermost first: `VXLAN 100 between 203.0.113.1 and 203.0.113.2`. */
export function viaOf(contexts: Contexts, context: number): string[] {
  const tunnel = contexts.at(context);
  if (tunnel === null) return [];
  const { within, tunnel: name, id, ends } = tunnel;
  const number = id < 0 ? '' : ` ${id}`;
  const between = ends === null ? '' : ` between ${ends.map(endText).join(' and ')}`;
  return [...viaOf(contexts, within), `${name}${number}${between}`];
}

/** One number is an IPv4 address, three are the halves of an Ethernet address, four the words of an IPv6 address. */
function endText(end: readonly number[]): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = end;
  if (end.length === 1) return formatIpv4(first);
  if (end.length === 4) return formatIpv6([first, second, third, fourth]);
  const bytes = end.flatMap((half) => [half >> 8, half & 0xff]);
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
