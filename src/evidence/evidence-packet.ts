import type { Annotation, PacketRecord } from '../capture/record.ts';
import type { Obstacle } from './anonymize-ip.ts';
import { anonymizePacket } from './anonymizer.ts';
import { headersOf } from './headers.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** A packet on its way into an extract. */
export interface EvidencePacket {
  /** Its frame number in the source. */
  readonly frame: number;
  /** Nanoseconds since 1970; in an anonymised extract, already shifted. */
  readonly time: bigint;
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly original: number;
  /** The source's own comments and its name of the interface; null where they are not kept or there are none. */
  readonly annotation: Annotation | null;
}

/** What was done to packets, for the manifest. */
export interface Treatment {
  payloadBytes: number;
  /** Padding and trailers behind the datagram, and whatever else was no payload. */
  trailerBytes: number;
  readonly dropped: Partial<Record<Obstacle | 'undecodable', number>>;
  /** TCP checksums of the source. `unknown`: it had cut the packet. */
  readonly checksums: { right: number; wrong: number; unknown: number };
}

export function newTreatment(): Treatment {
  return { payloadBytes: 0, trailerBytes: 0, dropped: {}, checksums: { right: 0, wrong: 0, unknown: 0 } };
}

export interface TreatOptions {
  /** Keep payload, padding and trailers; never together with pseudonyms. */
  readonly payload: boolean;
  readonly pseudonyms: Pseudonyms | null;
}

/**
 * A TCP packet as an extract has it: out of its tunnel, cut behind the TCP header and made anonymous, as asked. Null, and
 * counted, where that cannot be done.
 */
export function treat(
  record: PacketRecord,
  options: TreatOptions,
  treatment: Treatment,
): Pick<EvidencePacket, 'bytes' | 'linkType' | 'original'> | null {
  const headers = headersOf(record);
  if (headers === null) return drop(treatment, 'undecodable');
  const { bytes } = record;
  const { linkType, around } = headers;
  const offset = record.offset + around;
  const captured = record.captured - around;
  const original = Math.max(record.original, record.captured) - around;
  // A copy, since it is changed in place; the `slice` of a Buffer makes none.
  const length = options.payload ? captured : headers.end + headers.told;
  const kept = new Uint8Array(bytes.subarray(offset, offset + length));
  // Zeros tell as well that a short payload is no farewell; of one, the header of its TLS record is kept.
  if (!options.payload && !headers.isAlert) kept.fill(0, headers.end);
  if (options.pseudonyms) {
    const obstacle = anonymizePacket(kept, headers, options.pseudonyms);
    if (obstacle) return drop(treatment, obstacle);
  }
  const { isTcpChecksumWrong: wrong } = headers;
  treatment.checksums[wrong === null ? 'unknown' : wrong ? 'wrong' : 'right'] += 1;
  if (!options.payload) {
    const payload = Math.min(headers.payload, captured - headers.end) - headers.told;
    treatment.payloadBytes += payload;
    treatment.trailerBytes += captured - headers.end - headers.told - payload;
  }
  return { bytes: kept, linkType, original };
}

function drop(treatment: Treatment, why: Obstacle | 'undecodable'): null {
  treatment.dropped[why] = (treatment.dropped[why] ?? 0) + 1;
  return null;
}
