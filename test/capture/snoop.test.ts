import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { buildTcpPacket, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { chunked, decodeAll } from '../support/read-all.ts';
import { runs } from '../support/thorough.ts';

const words = (...values: number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value);
  return new Uint8Array(view.buffer);
};

function header(version = 2, dataLink = 4): Uint8Array {
  return concat(words(0x736e_6f6f, 0x7000_0000, version, dataLink));
}

function record(
  packet: Uint8Array,
  seconds: number,
  micros = 0,
  padding = (4 - (packet.length % 4)) % 4,
): Uint8Array {
  const lengths = words(packet.length, packet.length, 24 + packet.length + padding, 0, seconds, micros);
  return concat(lengths, packet, new Uint8Array(padding));
}

const PACKETS = [1, 2, 3].map((n) => buildTcpPacket({ seq: n, payloadLength: n }));
const CAPTURE = concat(header(), ...PACKETS.map((packet, index) => record(packet, 1000 + index, 5)));

describe('snoop captures', () => {
  it('are read, whatever the size of a read', async () => {
    for (const cuts of [[], [1, 20, 39], Array.from({ length: CAPTURE.length - 1 }, (_, at) => at + 1)]) {
      const segments: Segment[] = [];
      const decoder = new Decoder({ segment: (segment) => segments.push({ ...segment }) });
      const info = await readCapture(chunked(CAPTURE, cuts), decoder);
      expect(info.diagnostics).toEqual([]);
      expect(info).toMatchObject({
        format: 'snoop',
        records: 3,
        epoch: 1_000_000_005_000n,
        linkTypes: ['EN10MB'],
      });
      expect(segments).toMatchObject([
        { seq: 1, frame: 1, time: 0 },
        { seq: 2, time: 1e9 },
        { seq: 3, time: 2e9, length: 3 },
      ]);
    }
  });

  it('give everything before a cut', async () => {
    const { info, codes } = await decodeAll(CAPTURE.subarray(0, CAPTURE.length - 9));
    expect({ records: info.records, codes }).toEqual({ records: 2, codes: ['record-truncated'] });
  });

  it.each([
    ['of another version', concat(header(3), record(PACKETS[0] ?? header(), 1)), ['not-a-capture']],
    ['that end in their header', header().subarray(0, 12), ['not-a-capture']],
    ['with a length that cannot be', concat(header(), words(60, 60, 10, 0, 1, 0)), ['record-corrupt']],
    ['with a record of 4 GB', concat(header(), words(60, 60, 0xffff_ffff, 0, 1, 0)), ['record-corrupt']],
    [
      'of another link layer',
      concat(header(2, 18), record(PACKETS[0] ?? header(), 1)),
      ['link-type-unsupported'],
    ],
  ])('%s are refused', async (_, bytes, expected) => {
    expect((await decodeAll(bytes)).codes).toEqual(expected);
  });

  it('never make the reader fail', async () => {
    const edits = fc.array(fc.tuple(fc.nat(CAPTURE.length - 1), fc.nat(255)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const bytes = CAPTURE.slice();
        for (const [at, value] of changes) bytes[at] = value;
        await decodeAll(bytes);
      }),
      { numRuns: runs(3000) },
    );
  });
});
