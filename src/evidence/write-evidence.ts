import type { InterfaceNote } from '../capture/record.ts';
import { PcapngWriter, type WritableInterface } from '../capture/write-pcapng.ts';
import type { Comments } from './comments.ts';
import type { EvidencePacket } from './evidence-packet.ts';

/**
 * The extract as a pcapng file: packets in the order of their frames, an interface for each link type, or for each that
 * the source names, where names are kept.
 */
export function writeEvidence(
  packets: readonly EvidencePacket[],
  comments: Comments,
  toolVersion: string,
): Uint8Array {
  const application = `lastack ${toolVersion}`;
  const note = 'lastack: an extract of a larger capture; the manifest beside it says what was left out';
  const writer = new PcapngWriter({ application, comments: [note] });
  const isFine = packets.some(({ time }) => time % 1000n !== 0n);
  // Nanoseconds end in the year 2554, where damaged clocks do not.
  const resolution = isFine && packets.every(({ time }) => time < 1n << 64n) ? 'ns' : 'us';
  const interfaces = new Map<string, number>();
  const interfaceOf = ({ linkType, annotation }: EvidencePacket): number => {
    const note = annotation?.interface ?? null;
    const known = JSON.stringify([linkType, note]);
    const id = interfaces.get(known) ?? writer.interface({ linkType, resolution, ...described(note) });
    interfaces.set(known, id);
    return id;
  };
  // Some readers want every interface in front of the first packet.
  for (const packet of packets) interfaceOf(packet);
  packets.forEach((packet, index) => {
    const { time, bytes, original, annotation } = packet;
    const own = comments.get(index + 1) ?? [];
    const all = [...(annotation?.comments ?? []), ...own];
    writer.packet({ interface: interfaceOf(packet), time, bytes, original, comments: all });
  });
  return writer.bytes();
}

function described(note: InterfaceNote | null): Pick<WritableInterface, 'name' | 'description' | 'comments'> {
  if (note === null) return {};
  const { name, description, comments } = note;
  return { ...(name !== null && { name }), ...(description !== null && { description }), comments };
}
