import { anonymizeIp, type Obstacle } from './anonymize-ip.ts';
import { anonymizeLink } from './anonymize-link.ts';
import { anonymizeTcp } from './anonymize-tcp.ts';
import type { Headers } from './headers.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Replaces in a packet, cut behind its TCP header, all that tells of its hosts and networks; in place. */
export function anonymizePacket(
  bytes: Uint8Array,
  headers: Headers,
  pseudonyms: Pseudonyms,
): Obstacle | null {
  const { linkType, ip, tcp, end, payload, isTcpChecksumWrong } = headers;
  anonymizeLink(linkType, bytes.subarray(0, ip), pseudonyms);
  const hosts = anonymizeIp(bytes.subarray(ip, tcp), pseudonyms);
  if (typeof hosts === 'string') return hosts;
  const facts = {
    hosts,
    pseudonyms: {
      source: pseudonyms.address(hosts.source),
      destination: pseudonyms.address(hosts.destination),
    },
    payload,
    isChecksumWrong: isTcpChecksumWrong,
  };
  anonymizeTcp(bytes.subarray(tcp, end), facts, pseudonyms);
  return null;
}
