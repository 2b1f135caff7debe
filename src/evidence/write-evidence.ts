import { PcapngWriter } from '../capture/write-pcapng.ts';
import type { Comments } from './comments.ts';
import type { EvidencePacket } from './evidence-packet.ts';

/** The extract as a pcapng file: packets in the order of their frames, an interface for each link type. */
export function writeEvidence(
  packets: readonly EvidencePacket[],
  comments: Comments,
  toolVersion: string,
): Uint8Array {
  const application = `lastack ${toolVersion}`;
  const note = 'lastack: an extract of a larger capture; the manifest beside it says what was left out';
  const writer = new PcapngWriter({ application, comments: [note] });
  const resolution = packets.some(({ time }) => time % 1000n !== 0n) ? 'ns' : 'us';
  const interfaces = new Map<number, number>();
  for (const { linkType } of packets) {
    if (!interfaces.has(linkType)) interfaces.set(linkType, writer.interface({ linkType, resolution }));
  }
  packets.forEach(({ time, linkType, bytes, original }, index) => {
    const id = interfaces.get(linkType) ?? 0;
    writer.packet({ interface: id, time, bytes, original, comments: comments.get(index + 1) ?? [] });
  });
  return writer.bytes();
}
