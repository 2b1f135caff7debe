/** Flags of a segment (RFC 9293 3.1); those of `decode/segment.ts`. */
export const FIN: i32 = 0x01;
export const SYN: i32 = 0x02;
export const RST: i32 = 0x04;
export const ACK: i32 = 0x10;
export const URG: i32 = 0x20;
export const CONTROL: i32 = SYN | FIN | RST | ACK;
