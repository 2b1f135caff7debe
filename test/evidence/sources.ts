import { readdirSync } from 'node:fs';
import { readCapture } from '../../src/capture/read-capture.ts';
import { openFile } from '../../src/capture/sources.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { recordedCaptures } from '../support/recorded.ts';

const OWN = new URL('../../captures/', import.meta.url).pathname;
const VIOLATIONS = new URL('../violations/', import.meta.url).pathname;

/** The project's captures; beside them, where they are on this machine, recordings with kernel states and public ones. */
export function sourceCaptures(): { own: string[]; beside: string[] } {
  const inside = (folder: string): string[] =>
    readdirSync(folder)
      .filter((name) => /\.pcap(ng)?$/.test(name))
      .map((name) => folder + name);
  const beside = [...recordedCaptures('truth'), ...recordedCaptures('corpus')].map(({ path }) => path);
  return { own: [...inside(OWN), ...inside(VIOLATIONS)], beside };
}

/** What of a capture must not be in an anonymous extract. */
export interface Secrets {
  /** Addresses, as they stand in the packets and as people write them. */
  readonly addresses: ReadonlySet<string>;
  readonly hardware: ReadonlySet<string>;
  /** Eight bytes of payload each. */
  readonly payload: ReadonlySet<string>;
}

/** Bytes in a window of payload; shorter ones occur by chance. */
export const WINDOW = 8;
/** A window with fewer different bytes (zeros, a row of spaces) may stand anywhere. */
const VARIETY = 4;
/** Payload looked at of one capture. */
const MOST_PAYLOAD = 400_000;

/** Reads the secrets of all TCP segments of a capture; bytes as Latin-1 text, so that sets compare them. */
export async function secretsOf(path: string): Promise<Secrets> {
  const addresses = new Set<string>();
  const hardware = new Set<string>();
  const payload = new Set<string>();
  let looked = 0;
  let link = { type: 0, at: 0, end: 0 };
  const decoder = new Decoder({
    segment(segment) {
      for (const end of ['source', 'destination'] as const) addresses.add(latin(addressBytes(segment, end)));
      if (link.type === 1) {
        for (const at of [0, 6]) hardware.add(latin(segment.bytes.subarray(link.at + at, link.at + at + 6)));
      }
      const from = segment.optionsOffset + segment.optionsLength;
      const to = Math.min(from + segment.length, link.end);
      for (let at = from; at + WINDOW <= to && looked < MOST_PAYLOAD; at++, looked++) {
        const window = segment.bytes.subarray(at, at + WINDOW);
        if (new Set(window).size >= VARIETY) payload.add(latin(window));
      }
    },
  });
  await readCapture(openFile(path), {
    record(record) {
      link = { type: record.linkType, at: record.offset, end: record.offset + record.captured };
      decoder.record(record);
    },
  });
  hardware.delete('\0'.repeat(6));
  return { addresses, hardware, payload };
}

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function addressBytes(segment: Segment, end: 'source' | 'destination'): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16));
  for (const word of [0, 1, 2, 3] as const) bytes.setInt32(word * 4, segment[`${end}${word}`]);
  return new Uint8Array(bytes.buffer, segment.ipVersion === 4 ? 12 : 0);
}

/** Every run of `length` bytes, as Latin-1 text. */
export function runsOf(bytes: Uint8Array, length: number): Set<string> {
  const text = latin(bytes);
  return new Set(
    Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length)),
  );
}
