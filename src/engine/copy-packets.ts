import type { Clock } from '../capture/read-capture.ts';
import type { PacketRecord } from '../capture/record.ts';
import {
  type EvidencePacket,
  newTreatment,
  type Treatment,
  type TreatOptions,
  treat,
} from '../evidence/evidence-packet.ts';
import { type RunOptions, readerOf } from './run-capture.ts';
import type { SelectedStretch } from './select-connections.ts';

export interface Copied {
  readonly packets: readonly EvidencePacket[];
  readonly treatment: Treatment;
  /** The source frame whose packet was emptied, to show how long was recorded; null where a kept one shows it. */
  readonly emptied: number | null;
}

/**
 * Copies the chosen frames of a stretch of time. Where none of them is its latest packet, that one is added with all of
 * its bytes cut, since what a silence means depends on how long was recorded.
 */
export async function copyPackets(
  { inputs, captures }: Pick<SelectedStretch, 'inputs' | 'captures'>,
  frames: ReadonlySet<number>,
  treatOptions: TreatOptions,
  { reader }: RunOptions,
): Promise<Copied> {
  const treatment = newTreatment();
  const packets: EvidencePacket[] = [];
  const nothing = new Uint8Array(0);
  let latest: EvidencePacket | null = null;
  const read = await readerOf(reader);
  for (const [index, { source }] of inputs.entries()) {
    const before = (captures[index]?.firstFrame ?? 1) - 1;
    let clock: Clock = { epoch: 0n };
    let latestTime = Number.NEGATIVE_INFINITY;
    let last = { frame: 0, linkType: 0, original: 0 };
    const record = (packet: PacketRecord): void => {
      const { frame, time, linkType, original, captured } = packet;
      if (time > latestTime) {
        latestTime = time;
        last = { frame, linkType, original };
      }
      if (!frames.has(before + frame)) return;
      const bytes = treat(packet, treatOptions, treatment);
      if (bytes === null) return;
      packets.push({
        frame: before + frame,
        time: timeOf(clock, time),
        linkType,
        bytes,
        original: Math.max(original, captured),
      });
    };
    await read(source, { record }, { onClock: (own) => (clock = own) });
    if (last.frame === 0) continue;
    const time = timeOf(clock, latestTime);
    if (latest === null || time > latest.time)
      latest = { ...last, frame: before + last.frame, time, bytes: nothing };
  }
  const end = latest;
  const isShown = end === null || packets.some(({ time }) => time >= end.time);
  if (!isShown) {
    const at = packets.findIndex(({ frame }) => frame > end.frame);
    packets.splice(at < 0 ? packets.length : at, 0, end);
  }
  return { packets: shifted(packets, treatOptions), treatment, emptied: isShown ? null : end.frame };
}

function timeOf({ epoch }: Clock, time: number): bigint {
  return epoch + BigInt(Math.round(time));
}

function shifted(
  packets: readonly EvidencePacket[],
  { pseudonyms }: TreatOptions,
): readonly EvidencePacket[] {
  const [first] = packets;
  if (!pseudonyms || !first) return packets;
  const recent = pseudonyms.isRecent(first.time);
  return packets.map((packet) => ({ ...packet, time: pseudonyms.time(packet.time, recent) }));
}
