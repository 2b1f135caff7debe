/**
 * One TCP segment as the decoder reads it out of a packet. There is one such object per decoder and it is
 * overwritten for every segment: whoever keeps something copies it.
 *
 * Sequence numbers and address words are signed 32-bit integers (`x | 0`), so that V8 keeps them unboxed; print with
 * `x >>> 0`, compare with `machine/sequence.ts` only.
 */
export interface Segment {
  frame: number;
  /** Nanoseconds since the capture's first record. */
  time: number;
  /** The tunnel in which it travels: a number of `Contexts`; 0 for none. */
  context: number;
  /** 4 or 6. */
  ipVersion: number;
  /** Source address, four 32-bit words in network order; an IPv4 address stands in `source3` with zeros before it. */
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
  sourcePort: number;
  destinationPort: number;
  seq: number;
  /** Acknowledgment number; meaningful when the ACK flag is set. */
  ack: number;
  /** The eight flag bits of RFC 9293 3.1: CWR ECE URG ACK PSH RST SYN FIN, FIN lowest. */
  flags: number;
  /** The window field, unscaled. */
  window: number;
  /** Payload bytes by the IP header (not by what was captured). */
  length: number;
  /** TTL or hop limit. */
  ttl: number;
  /** IPv4 identification; -1 for IPv6. */
  ipId: number;
  /** The captured bytes, for the options, the payload and the checksum. */
  bytes: Uint8Array;
  view: DataView;
  /** Where the TCP options begin in {@link bytes} and how many bytes of them were captured. */
  optionsOffset: number;
  optionsLength: number;
  /** True when the snap length cut the TCP header's options: what is missing is unknown, not absent. */
  optionsCut: boolean;
  /** Where the captured bytes of the packet end in {@link bytes}. */
  capturedEnd: number;
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;
