import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { decompress } from '../../src/capture/decompress.ts';
import { readCapture } from '../../src/capture/read-capture.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildTcpPacket, concat } from '../support/packets.ts';
import { refilled } from '../support/refilled.ts';
import { sampled } from '../support/thorough.ts';

const COUNT = 200;
const CAPTURE = capture();

function capture(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  for (let index = 0; index < COUNT; index++) {
    const bytes = buildTcpPacket({ payloadLength: (index * 7919) % 1400, seq: (index * 2654435761) >>> 0 });
    writer.write({ time: BigInt(index) * 1000n, bytes });
  }
  return writer.bytes();
}

/** What comes out of a stream that is read in pieces of so many bytes. */
async function unpacked(bytes: Uint8Array, step: number): Promise<{ bytes: Uint8Array; codes: string[] }> {
  const parts: Uint8Array[] = [];
  const sink = { stopped: false, push: (chunk: Uint8Array) => void parts.push(new Uint8Array(chunk)) };
  const { fault } = await decompress(refilled(bytes, step), sink);
  return { bytes: concat(...parts), codes: fault === null ? [] : [fault.code] };
}

function flip(bytes: Uint8Array, at: number, mask = 0xff): Uint8Array {
  const damaged = new Uint8Array(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ mask;
  return damaged;
}

function zstd(bytes: Uint8Array, ...options: string[]): Uint8Array | null {
  try {
    return execFileSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 2 ** 28 });
  } catch {
    return null;
  }
}

describe('of a damaged gzip stream', () => {
  const packed = gzipSync(CAPTURE);

  it.each([
    ['checksum', packed.length - 8],
    ['length', packed.length - 1],
  ])('with a wrong %s, all comes out, whatever the size of a read', async (_name, at) => {
    const damaged = flip(packed, at);
    for (const step of [1000, 65_537, 1 << 22]) {
      const { bytes, codes } = await unpacked(damaged, step);
      expect(codes).toEqual(['compression-corrupt']);
      expect(Buffer.compare(bytes, CAPTURE)).toBe(0);
    }
  });

  it('the same comes out of a file and of a slow pipe, wherever the damage is', async () => {
    for (const share of sampled([0.1, 0.4, 0.7, 0.95], 2, 1)) {
      const damaged = new Uint8Array(packed);
      const from = Math.floor(packed.length * share);
      damaged.fill(0xff, from, from + 300);
      const slow = await unpacked(damaged, 1);
      for (const step of [777, 1 << 22]) {
        const { bytes, codes } = await unpacked(damaged, step);
        expect(codes).toEqual(slow.codes);
        expect(bytes.length).toBe(slow.bytes.length);
      }
    }
  });

  it('what stands behind the last member is said, and costs nothing', async () => {
    const { bytes } = await unpacked(concat(packed, Uint8Array.of(0x1f, 0x8b, 9, 9, 9)), 1 << 20);
    expect(Buffer.compare(bytes, CAPTURE)).toBe(0);
  });
});

describe('of a zstd stream', () => {
  const packed = zstd(CAPTURE, '--check');

  test.skipIf(packed === null)('with a wrong checksum, all comes out', async () => {
    if (packed === null) return;
    for (const step of [1000, 1 << 22]) {
      const { bytes, codes } = await unpacked(flip(packed, packed.length - 1), step);
      expect(codes).toEqual(['compression-corrupt']);
      expect(Buffer.compare(bytes, CAPTURE)).toBe(0);
    }
  });

  test.skipIf(packed === null)('that is damaged, no read changes what comes out', async () => {
    if (packed === null) return;
    for (const at of [10, packed.length >> 2, packed.length >> 1, packed.length - 100]) {
      const damaged = flip(packed, at);
      const slow = await unpacked(damaged, 1);
      for (const step of [777, 1 << 22]) {
        const { bytes, codes } = await unpacked(damaged, step);
        expect(codes).toEqual(slow.codes);
        expect(Buffer.compare(bytes, slow.bytes)).toBe(0);
      }
    }
  });

  test.skipIf(packed === null)(
    'with a window of 128 MiB, all comes out; of a larger one nothing',
    async () => {
      const long = zstd(CAPTURE, '--long=27');
      if (long !== null) expect((await unpacked(long, 4096)).bytes.length).toBe(CAPTURE.length);
      // A frame header with a window of 256 MiB (RFC 8878 3.1.1.1.2).
      const larger = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 1, 0, 0);
      expect(await unpacked(larger, 4096)).toMatchObject({ codes: ['compression-corrupt'] });
    },
  );

  it('of empty and skippable frames is whole, and one that is cut is not', async () => {
    const empty = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3, 1, 0, 0);
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4);
    expect(await unpacked(concat(empty, skippable, empty), 5)).toEqual({
      bytes: new Uint8Array(0),
      codes: [],
    });
    expect((await unpacked(empty.subarray(0, 7), 5)).codes).toEqual(['compression-corrupt']);
  });

  it('that is a bomb, reading ends by a ratio', async () => {
    // Blocks of one repeated byte: 4 bytes give 128 KiB.
    const head = (131_072 << 3) | 2;
    const block = Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16, 0);
    const bomb = concat(
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3),
      ...Array.from({ length: 8192 }, () => block),
    );
    const header = new PcapWriter().bytes();
    const start = concat(
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3, (header.length << 3) | 1, 0, 0),
      header,
    );
    let records = 0;
    const info = await readCapture([concat(start, bomb)], {
      record() {
        records += 1;
      },
    });
    expect(info.diagnostics.map(({ code }) => code)).toEqual(['compression-ratio']);
    // Zeros are records of no bytes, 16 each.
    expect(records * 16).toBeGreaterThanOrEqual(2 ** 28);
    expect(records * 16).toBeLessThan(2 ** 28 + 2 ** 18);
  });
});
