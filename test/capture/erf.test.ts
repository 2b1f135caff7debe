import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { buildTcpDatagram, buildTcpPacket, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { chunked, decodeAll } from '../support/read-all.ts';
import { runs } from '../support/thorough.ts';

interface ErfFields {
  type?: number;
  seconds?: number;
  /** Of 2^32 in a second. */
  fraction?: number;
  flags?: number;
  extensions?: number;
  wire?: number;
}

const ETHERNET = 2;
const IPV4 = 22;

function record(packet: Uint8Array, fields: ErfFields = {}): Uint8Array {
  const { type = ETHERNET, seconds = 1_600_000_000, fraction = 0, flags = 4, extensions = 0, wire } = fields;
  const front = [2, 11, 16, 20].includes(type) ? 2 : 0;
  const size = Math.ceil((16 + 8 * extensions + front + packet.length) / 8) * 8;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, fraction, true);
  view.setUint32(4, seconds, true);
  view.setUint8(8, type | (extensions > 0 ? 0x80 : 0));
  view.setUint8(9, flags);
  view.setUint16(10, size);
  view.setUint16(14, wire ?? packet.length);
  for (let one = 0; one < extensions; one++) view.setUint8(16 + 8 * one, one + 1 < extensions ? 0x85 : 5);
  bytes.set(packet, 16 + 8 * extensions + front);
  return bytes;
}

const PACKETS = [1, 2, 3].map((n) => buildTcpPacket({ seq: n, payloadLength: n }));
const CAPTURE = concat(
  record(PACKETS[0] ?? CAPTURE_OF_NOTHING(), { fraction: 0x8000_0000 }),
  record(new Uint8Array(8), { type: 27, wire: 8 }),
  record(PACKETS[1] ?? CAPTURE_OF_NOTHING(), {
    seconds: 1_600_000_001,
    fraction: 1,
    extensions: 2,
    type: 11,
  }),
  record(PACKETS[2] ?? CAPTURE_OF_NOTHING(), { seconds: 1_600_000_002, fraction: 0xffff_ffff, wire: 999 }),
  record(buildTcpDatagram({ seq: 4 }), { seconds: 1_600_000_003, type: IPV4 }),
);

function CAPTURE_OF_NOTHING(): Uint8Array {
  throw new Error('there is no such packet');
}

describe('ERF captures', () => {
  it('are read, whatever the size of a read', async () => {
    for (const cuts of [
      [],
      [1, 20, 39, 100],
      Array.from({ length: CAPTURE.length - 1 }, (_, at) => at + 1),
    ]) {
      const segments: Segment[] = [];
      const decoder = new Decoder({ segment: (segment) => segments.push({ ...segment }) });
      const info = await readCapture(chunked(CAPTURE, cuts), decoder);
      expect(info.diagnostics).toEqual([]);
      expect(info).toMatchObject({
        format: 'erf',
        records: 4,
        epoch: 1_600_000_000_500_000_000n,
        timestampResolution: 'ns',
        linkTypes: ['ERF'],
      });
      expect(segments).toMatchObject([
        { seq: 1, frame: 1, time: 0 },
        { seq: 2, frame: 2, time: 500_000_000 },
        { seq: 3, time: 2_500_000_000, length: 3 },
        { seq: 4, time: 2_500_000_000 },
      ]);
    }
  });

  it('give everything before a cut, and before what is no record', async () => {
    const cut = await decodeAll(CAPTURE.subarray(0, CAPTURE.length - 9));
    expect({ records: cut.info.records, codes: cut.codes }).toEqual({
      records: 3,
      codes: ['record-truncated'],
    });
    const wrong = await decodeAll(concat(CAPTURE, new Uint8Array(40)));
    expect({ records: wrong.info.records, codes: wrong.codes }).toEqual({
      records: 4,
      codes: ['record-corrupt'],
    });
  });

  it.each([
    ['text', new TextEncoder().encode('date,time,size\n2020,12:00,9\n'.repeat(9))],
    ['zeros', new Uint8Array(100)],
    ['another time', record(PACKETS[0] ?? CAPTURE_OF_NOTHING(), { seconds: 7 })],
    ['lengths that do not go together', record(new Uint8Array(900), { wire: 60 })],
    ['another type', record(new Uint8Array(60), { type: 40 })],
  ])('are not seen in %s', async (_, bytes) => {
    expect((await decodeAll(bytes)).codes).toEqual(['not-a-capture']);
  });

  it('are seen in one of 10,000 random beginnings', async () => {
    let seen = 0;
    const random = fc.uint8Array({ minLength: 64, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(random, async (bytes) => {
        const { info } = await decodeAll(bytes);
        if (info.format === 'erf') seen += 1;
      }),
      { numRuns: runs(15_000) },
    );
    expect(seen).toBeLessThan(5);
  });

  it('that are anything never fail', async () => {
    const edits = fc.array(fc.tuple(fc.nat(CAPTURE.length - 1), fc.nat(255)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const copy = CAPTURE.slice();
        for (const [at, value] of changes) copy[at] = value;
        await decodeAll(copy);
      }),
      { numRuns: runs(3000) },
    );
  });

  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  if (!hasTshark) console.log('skipped: ERF against tshark, which is not installed');

  it.skipIf(!hasTshark)('are what tshark reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastack-erf-'));
    try {
      const path = join(folder, 'a.erf');
      const three = concat(
        record(PACKETS[0] ?? CAPTURE_OF_NOTHING(), { fraction: 0x8000_0000 }),
        record(PACKETS[1] ?? CAPTURE_OF_NOTHING(), {
          seconds: 1_600_000_001,
          fraction: 1,
          extensions: 2,
          type: 11,
        }),
        record(PACKETS[2] ?? CAPTURE_OF_NOTHING(), { seconds: 1_600_000_002, fraction: 0xffff_ffff }),
        record(buildTcpDatagram({ seq: 4 }), { seconds: 1_600_000_003, type: IPV4 }),
      );
      writeFileSync(path, three);
      const fields = ['frame.time_epoch', 'tcp.seq_raw', 'tcp.len'].flatMap((field) => ['-e', field]);
      const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-T', 'fields', ...fields], {
        encoding: 'utf8',
      });
      expect(stdout.trim().split('\n')).toEqual([
        '1600000000.500000000\t1\t1',
        '1600000001.000000000\t2\t2',
        '1600000003.000000000\t3\t3',
        '1600000003.000000000\t4\t0',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
