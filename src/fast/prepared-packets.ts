import { BLOCK_BYTES } from './memory-map.ts';

/** Packets of a block of a capture, in order, as far as they are ordinary (`wasm/packet.ts`). */
export interface PreparedPackets {
  readonly block: Uint8Array;
  readonly list: Uint8Array;
}

/** Memory for a block of a capture, and for the packets in it. */
export interface BlockMemory {
  readonly bytes: Uint8Array;
  readonly list: Uint8Array;
}

/** The shortest packets in their records have 56 bytes over IPv4, and 76 over IPv6; here they take 64 and 128. */
export const LIST_BYTES: number = 2 * BLOCK_BYTES;
/** Where the last packet of a list may begin, behind the first. */
export const LAST_PACKET: number = LIST_BYTES - 128;
