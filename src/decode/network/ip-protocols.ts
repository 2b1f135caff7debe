/** IP protocol numbers, which are also IPv6 next-header values (IANA). */
export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const IPV6 = 41;
export const AUTHENTICATION_HEADER = 51;
export const ICMPV6 = 58;
