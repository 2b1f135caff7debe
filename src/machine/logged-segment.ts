import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { Side } from './state.ts';

/**
 * What a payload is: nothing but TLS alerts (RFC 8446 6.1, as `close_notify`), something else, or not captured. A segment
 * without payload has `other`.
 */
export type Content = 'alert' | 'other' | 'unknown';

/**
 * A segment that the model looks back on: one of the opening, the last of each side before the closing began, or any
 * of the closing. Bulk data in between is never kept: what it did is in `front` and `high`.
 */
export interface LoggedSegment {
  readonly frame: number;
  /** Nanoseconds since the capture's first record. */
  readonly time: number;
  readonly from: Side;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  /** Payload bytes. */
  readonly length: number;
  /** The window field, unscaled. */
  readonly window: number;
  /** The window in bytes, scaled where the scale is known; the largest that it can mean where it is not. */
  readonly windowBytes: number;
  readonly ttl: number;
  /** IPv4 identification, -1 for IPv6. */
  readonly ipId: number;
  /** Timestamps option (RFC 7323), null where the segment has none or the snap length cut the options. */
  readonly timestamp: number | null;
  readonly timestampEcho: number | null;
  readonly optionsCut: boolean;
  /** It carries a signature: TCP-AO (RFC 5925) or MD5 (RFC 2385). False also where the snap length cut the options. */
  readonly signed: boolean;
  /**
   * Its TCP checksum is wrong, although its sender's SYN had a right one: its receiver dropped it (RFC 9293 3.1, MUST-3).
   * False where the sum cannot be told, and where the sender's network card fills it in (checksum offload).
   */
  readonly badChecksum: boolean;
  readonly content: Content;
  /** Contiguous end of what the sender has sent as far as captured, this segment included. */
  readonly front: number;
  /** Highest end the sender has sent before this segment. */
  readonly highBefore: number;
  /** How many segments the sender has sent again, unanswered, right before this one. */
  readonly unanswered: number;
  /** How many segments this entry stands for: more than one for a run of bulk data within the closing. */
  readonly count: number;
}

/** The number behind the segment's last octet: `seq + len + SYN + FIN`. */
export function endOf(segment: Pick<LoggedSegment, 'seq' | 'length' | 'flags'>): number {
  return (segment.seq + segment.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)) | 0;
}

export function has(segment: Pick<LoggedSegment, 'flags'>, flag: number): boolean {
  return (segment.flags & flag) !== 0;
}

/** One of the segments has one of the flags. */
export function hasAny(segments: readonly Pick<LoggedSegment, 'flags'>[], flags: number): boolean {
  for (const segment of segments) if (has(segment, flags)) return true;
  return false;
}

/** RST without ACK: the answer of an end that has no connection (RFC 9293 3.5.2 group 1), or a forgery. */
export function isBareRst(segment: Pick<LoggedSegment, 'flags'>): boolean {
  return (segment.flags & (RST | ACK)) === RST;
}
