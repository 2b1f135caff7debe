// A capture as a list of packets, and back.
import { readCapture } from '../../dist/capture/read-capture.js';
import { fromBytes } from '../../dist/capture/sources.js';
import { PcapWriter } from '../../dist/capture/write-pcap.js';

/** The first second that a classic capture cannot have, nanoseconds. */
const TOO_LATE = 4_294_967_296n * 1_000_000_000n;

/** The packets of a capture in any format, each `{ time, bytes, original }`, and their link type. */
export async function packetsOf(bytes) {
  const list = [];
  let linkType = 1;
  const { epoch } = await readCapture(fromBytes(bytes), {
    record({ time, bytes: block, offset, captured, original, linkType: type }) {
      linkType = type;
      list.push({ time, bytes: block.slice(offset, offset + captured), original });
    },
  });
  return { linkType, list: list.map((packet) => ({ ...packet, time: epoch + BigInt(packet.time) })) };
}

/** The packets as a classic capture with nanoseconds. Times that it cannot have become the nearest that it can. */
export function captureOf(linkType, list) {
  const writer = new PcapWriter({ linkType, resolution: 'ns' });
  for (const packet of list) {
    const time = packet.time < 0n ? 0n : packet.time >= TOO_LATE ? TOO_LATE - 1n : packet.time;
    writer.write({ ...packet, time, original: Math.max(packet.original, packet.bytes.length) });
  }
  return writer.bytes();
}
