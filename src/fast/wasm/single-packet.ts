/** A segment that was read by the other side, and is handed over by itself: it has the record at {@link SINGLE_PACKET}. */
import { HAS_TIMESTAMPS, IS_IPV6, SENT_BY_B } from '../memory-map';
import * as rows from './compact-rows';
import { writeIpv4, writeIpv6 } from './flow-key';
import {
  ACK_NUMBER,
  BITS,
  ECHO,
  META,
  SEQ,
  SINGLE_PACKET,
  TIMESTAMP,
  TTL_ANNOUNCED,
  WINDOW_LENGTH,
} from './packet';

/** Nanoseconds since the first record of its stretch of time. */
let time: f64 = 0;
let frame: i32 = 0;

/** Sets the 4-tuple of the segment, over IPv4 and over IPv6, which comes before the rest. */
export function setIpv4(source: i32, destination: i32, sourcePort: i32, destinationPort: i32): void {
  store<i32>(SINGLE_PACKET, 0, BITS);
  store<i32>(SINGLE_PACKET, writeIpv4(SINGLE_PACKET, source, destination, sourcePort, destinationPort), META);
}

export function setIpv6(
  s0: i32,
  s1: i32,
  s2: i32,
  s3: i32,
  d0: i32,
  d1: i32,
  d2: i32,
  d3: i32,
  sourcePort: i32,
  destinationPort: i32,
): void {
  store<i32>(SINGLE_PACKET, IS_IPV6, BITS);
  const direction = writeIpv6(SINGLE_PACKET, s0, s1, s2, s3, d0, d1, d2, d3, sourcePort, destinationPort);
  store<i32>(SINGLE_PACKET, direction, META);
}

/**
 * @param announced of a SYN, as bits of a direction, else 0
 * @param bits what its payload is, and whether its checksum is wrong
 */
export function setSegment(
  newTime: f64,
  newFrame: i32,
  seq: i32,
  ack: i32,
  flags: i32,
  window: i32,
  length: i32,
  ttl: i32,
  ipId: i32,
  stamped: bool,
  timestamp: i32,
  echo: i32,
  announced: i32,
  bits: i32,
): void {
  time = newTime;
  frame = newFrame;
  const meta = (load<i32>(SINGLE_PACKET, META) & SENT_BY_B) | flags | (ipId << 16);
  store<i32>(SINGLE_PACKET, stamped ? meta | HAS_TIMESTAMPS : meta, META);
  store<i32>(SINGLE_PACKET, seq, SEQ);
  store<i32>(SINGLE_PACKET, ack, ACK_NUMBER);
  store<i32>(SINGLE_PACKET, (window << 16) | length, WINDOW_LENGTH);
  store<i32>(SINGLE_PACKET, stamped ? timestamp : 0, TIMESTAMP);
  store<i32>(SINGLE_PACKET, stamped ? echo : 0, ECHO);
  store<i32>(SINGLE_PACKET, announced | (ttl << 24), TTL_ANNOUNCED);
  store<i32>(SINGLE_PACKET, (load<i32>(SINGLE_PACKET, BITS) & IS_IPV6) | bits, BITS);
}

/** Opens a connection with it: see there. */
export function begin(id: i32): i32 {
  return rows.begin(SINGLE_PACKET, time, frame, id);
}

/** Takes it into a row: see there. */
export function append(row: i32): i32 {
  return rows.append(row, SINGLE_PACKET, time, frame);
}
