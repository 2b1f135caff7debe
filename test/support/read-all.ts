import { createHash } from 'node:crypto';
import { readCapture } from '../../src/capture/read-capture.ts';
import type { CaptureInfo, PacketRecord } from '../../src/capture/record.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';

/** A record with its own bytes. */
export interface KeptRecord {
  frame: number;
  time: number;
  linkType: number;
  original: number;
  bytes: Uint8Array;
}

export function keep(record: PacketRecord): KeptRecord {
  const { frame, time, linkType, original, bytes, offset, captured } = record;
  return {
    frame,
    time,
    linkType,
    original,
    bytes: new Uint8Array(bytes.subarray(offset, offset + captured)),
  };
}

/** Cuts bytes at the places given, in any order; each chunk is wiped when the next is asked for, as sources may do. */
export function* chunked(bytes: Uint8Array, cuts: readonly number[] = []): Generator<Uint8Array, void, void> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) {
    const chunk = new Uint8Array(bytes.subarray(places[index - 1], places[index]));
    yield chunk;
    chunk.fill(0xee);
  }
}

export async function readAll(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): Promise<{ info: CaptureInfo; records: KeptRecord[]; codes: string[] }> {
  const records: KeptRecord[] = [];
  const info = await readCapture(chunked(bytes, cuts), { record: (record) => records.push(keep(record)) });
  return { info, records, codes: info.diagnostics.map(({ code }) => code) };
}

/** One text that differs when any record does; comparing large captures byte by byte takes a test runner seconds. */
export function fingerprint(records: readonly KeptRecord[]): string {
  const hash = createHash('sha256');
  for (const { frame, time, linkType, original, bytes } of records) {
    hash.update(`${frame} ${time} ${linkType} ${original} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** Every segment of a capture, copied, and the codes of all diagnostics. */
export async function decodeAll(
  bytes: Uint8Array,
): Promise<{ info: CaptureInfo; segments: Segment[]; codes: string[]; messages: string[] }> {
  const segments: Segment[] = [];
  const decoder = new Decoder({ segment: (segment) => segments.push({ ...segment }) });
  const info = await readCapture([bytes], decoder);
  const diagnostics = [...info.diagnostics, ...decoder.diagnostics()];
  return {
    info,
    segments,
    codes: diagnostics.map(({ code }) => code),
    messages: diagnostics.map(({ message }) => message),
  };
}

/** An address as people write it: dotted, or eight groups in hexadecimal. */
export function addressText(segment: Segment, side: 'source' | 'destination'): string {
  const words = [0, 1, 2, 3].map((index) => segment[`${side}${index as 0 | 1 | 2 | 3}`] >>> 0);
  if (segment.ipVersion === 4) return bytesOf(words.slice(3)).join('.');
  const bytes = bytesOf(words);
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  return groups.map((group) => group.toString(16)).join(':');
}

function bytesOf(words: readonly number[]): number[] {
  return words.flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
}
