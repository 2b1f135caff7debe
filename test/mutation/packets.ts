import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { readerOf } from '../../src/engine/run-capture.ts';

/** One packet of a capture, copied out of it. */
export interface Packet {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** Bytes that it had on the wire. */
  readonly original: number;
}

/** All packets of a capture file, or of its bytes, whatever its format. */
export async function packetsOf(capture: string | Uint8Array): Promise<{ linkType: number; list: Packet[] }> {
  const found: { time: number; bytes: Uint8Array; original: number }[] = [];
  let linkType = 1;
  const read = await readerOf('lastack');
  const { epoch } = await read(typeof capture === 'string' ? openFile(capture) : fromBytes(capture), {
    record({ time, bytes, offset, captured, original, linkType: type }) {
      linkType = type;
      found.push({ time, bytes: bytes.slice(offset, offset + captured), original });
    },
  });
  return { linkType, list: found.map((packet) => ({ ...packet, time: epoch + BigInt(packet.time) })) };
}

/** The packets as a capture with nanoseconds. */
export function captureOf(linkType: number, list: readonly Packet[]): Uint8Array {
  const writer = new PcapWriter({ linkType, resolution: 'ns' });
  for (const packet of list) writer.write(packet);
  return writer.bytes();
}
