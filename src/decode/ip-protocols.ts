/** IP protocol numbers, which are also IPv6 next-header values (IANA). */
export const TCP = 6;
export const UDP = 17;
export const AUTHENTICATION_HEADER = 51;

/** Protocols that carry whole packets, which are not looked into. */
export function isTunnelProtocol(protocol: number): boolean {
  // IPv4 in IP, IPv6 in IP, GRE, EtherIP.
  return protocol === 4 || protocol === 41 || protocol === 47 || protocol === 97;
}
