/** The segment at hand, as numbers; that of `decode/segment.ts`. */
export const FIN: i32 = 0x01;
export const SYN: i32 = 0x02;
export const RST: i32 = 0x04;
export const ACK: i32 = 0x10;
export const URG: i32 = 0x20;
export const CONTROL: i32 = SYN | FIN | RST | ACK;

/** Nanoseconds since the first record of its stretch of time. */
export let time: f64 = 0;
export let frame: i32 = 0;
export let seq: i32 = 0;
export let ack: i32 = 0;
export let flags: i32 = 0;
export let window: i32 = 0;
/** Payload bytes. */
export let length: i32 = 0;
export let ttl: i32 = 0;
/** -1 over IPv6. */
export let ipId: i32 = 0;
/** Its timestamps are the two numbers behind that. */
export let stamped: bool = false;
export let timestamp: i32 = 0;
export let echo: i32 = 0;
/** What a SYN announces, as bits of a direction. */
export let announced: i32 = 0;

export function setSegment(
  newTime: f64,
  newFrame: i32,
  newSeq: i32,
  newAck: i32,
  newFlags: i32,
  newWindow: i32,
  newLength: i32,
  newTtl: i32,
  newIpId: i32,
  newStamped: bool,
  newTimestamp: i32,
  newEcho: i32,
  newAnnounced: i32,
): void {
  time = newTime;
  frame = newFrame;
  seq = newSeq;
  ack = newAck;
  flags = newFlags;
  window = newWindow;
  length = newLength;
  ttl = newTtl;
  ipId = newIpId;
  stamped = newStamped;
  timestamp = newTimestamp;
  echo = newEcho;
  announced = newAnnounced;
}
