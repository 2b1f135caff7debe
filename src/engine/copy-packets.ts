import type { Clock } from '../capture/read-capture.ts';
import type { Annotation, PacketRecord, RecordSink } from '../capture/record.ts';
import { PLAIN_TIME } from '../capture/time-bounds.ts';
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
  { reader, keepComments }: Pick<RunOptions, 'reader'> & { readonly keepComments: boolean },
): Promise<Copied> {
  const treatment = newTreatment();
  const packets: EvidencePacket[] = [];
  let latest: Latest | null = null;
  const read = await readerOf(reader);
  for (const [index, { source }] of inputs.entries()) {
    const before = (captures[index]?.firstFrame ?? 1) - 1;
    let clock: Clock = { epoch: 0n, exact: 0n, exactEnd: 0n };
    let end = { frame: 0, time: Number.NEGATIVE_INFINITY, original: 0 };
    let annotation: Annotation | null = null;
    const record = (packet: PacketRecord): void => {
      const { frame, time, original } = packet;
      if (time > end.time) end = { frame, time, original };
      if (!frames.has(before + frame)) return;
      const treated = treat(packet, treatOptions, treatment);
      if (treated === null) return;
      packets.push({ frame: before + frame, time: timeOf(clock, time), ...treated, annotation });
    };
    const sink: RecordSink = keepComments ? { record, annotation: (own) => (annotation = own) } : { record };
    await read(source, sink, { onClock: (own) => (clock = own) });
    const time = timeOf(clock, end.frame === 0 ? 0 : end.time);
    if (latest === null || time > latest.time) latest = { ...end, frame: before + end.frame, time };
  }
  const emptied = latest && addLatest(packets, latest);
  return { packets: shifted(packets, treatOptions), treatment, emptied };
}

interface Latest {
  readonly frame: number;
  readonly time: bigint;
  readonly original: number;
}

/** Adds the latest packet of the source, emptied, where nothing else shows its time. Returns its frame, null for none. */
function addLatest(packets: EvidencePacket[], latest: Latest): number | null {
  const [first] = packets;
  if (!first || packets.some(({ time }) => time >= latest.time)) return null;
  const at = packets.findIndex(({ frame }) => frame > latest.frame);
  // Without bytes it is a packet of any interface: the first one's, so that no reader meets a link type more.
  const annotation = first.annotation && { interface: first.annotation.interface, comments: [] };
  const emptied = { ...latest, linkType: first.linkType, bytes: new Uint8Array(0), annotation };
  packets.splice(at < 0 ? packets.length : at, 0, emptied);
  return latest.frame;
}

function timeOf({ epoch, exact }: Clock, time: number): bigint {
  if (Math.abs(time) > PLAIN_TIME) return notBefore1970(exact);
  return notBefore1970(epoch + BigInt(Math.round(time)));
}

/** pcapng has no earlier times. A clock that went back that far stood still for its connection anyway. */
function notBefore1970(time: bigint): bigint {
  return time < 0n ? 0n : time;
}

function shifted(
  packets: readonly EvidencePacket[],
  { pseudonyms }: TreatOptions,
): readonly EvidencePacket[] {
  const [first] = packets;
  if (!pseudonyms || !first) return packets;
  const recent = pseudonyms.isRecent(first.time);
  return packets.map((packet) => ({ ...packet, time: notBefore1970(pseudonyms.time(packet.time, recent)) }));
}
