import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWithPcapParser } from '../../src/capture/pcap-parser-reader.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { mustEqual } from '../support/must.ts';
import { buildTcpPacket } from '../support/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';
import fc from '../support/property.ts';
import type { KeptRecord } from '../support/read-all.ts';
import { chunked, fingerprint, keep, readAll } from '../support/read-all.ts';
import { isClassicMicrosecond, recordedCaptures } from '../support/recorded.ts';

async function readBoth(bytes: Uint8Array, cuts: readonly number[] = []) {
  const records: KeptRecord[] = [];
  const info = await readWithPcapParser(chunked(bytes, cuts), {
    record: (record) => records.push(keep(record)),
  });
  return {
    own: await readAll(bytes),
    other: { info, records, codes: info.diagnostics.map(({ code }) => code) },
  };
}

function capture(littleEndian = true): Uint8Array {
  const writer = new PcapWriter({ littleEndian, linkType: 113 });
  [5, 0, 1400, 77].forEach((payloadLength, index) => {
    writer.write({
      time: BigInt(index * 1_500_000_000),
      bytes: buildTcpPacket({ payloadLength }),
      original: 3000,
    });
  });
  return writer.bytes();
}

const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);
beforeEach(() => process.on('warning', onWarning));
afterEach(() => process.off('warning', onWarning));

describe('pcap-parser and the own reader give the same', () => {
  test('records and facts, wherever the chunks end', async () => {
    for (const littleEndian of [true, false]) {
      const bytes = capture(littleEndian);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { maxLength: 10 }), async (cuts) => {
          const { own, other } = await readBoth(bytes, cuts);
          mustEqual(other, own);
        }),
      );
    }
  });

  test('for a capture that is cut anywhere', async () => {
    const bytes = capture();
    for (let length = 0; length < 400; length++) {
      const { own, other } = await readBoth(bytes.subarray(0, length));
      mustEqual(other, own);
    }
  });

  test('for an impossible length, at once', async () => {
    const bytes = new Uint8Array(20_000_000);
    bytes.set(capture());
    new DataView(bytes.buffer).setUint32(24 + 16 + 59 + 8, 0x7fff_ffff, true);
    const { own, other } = await readBoth(bytes, [1_000_000, 2_000_000, 10_000_000]);
    expect(other).toEqual(own);
    expect(other.codes).toEqual(['record-corrupt']);
  });

  test('for what is no capture', async () => {
    const { own, other } = await readBoth(
      new TextEncoder().encode('<html>not a capture, but long enough</html>'),
    );
    expect(other).toEqual(own);
  });

  test('for a compressed capture', async () => {
    const { own, other } = await readBoth(gzipSync(capture()));
    expect(other).toEqual(own);
    expect(other.info.compression).toBe('gzip');
  });

  for (const folder of ['corpus', 'truth'] as const) {
    test(`for every recorded microsecond capture in ${folder}`, async ({ skip }) => {
      const files = recordedCaptures(folder).filter(({ path }) => isClassicMicrosecond(path));
      if (files.length === 0) skip(`no recorded captures in ../shared/${folder}`);
      for (const { name, path } of files) {
        const { own, other } = await readBoth(readFileSync(path), [100_000]);
        expect(other.info, name).toEqual(own.info);
        expect(fingerprint(other.records), name).toBe(fingerprint(own.records));
      }
    });
  }
});

describe('pcap-parser refuses, and names the default reader, for', () => {
  const nanoseconds = new PcapWriter({ resolution: 'ns' }).bytes();
  const modified = new PcapWriter().bytes();
  new DataView(modified.buffer).setUint32(0, 0xa1b2cd34, true);
  const old = new PcapWriter().bytes();
  new DataView(old.buffer).setUint16(6, 2, true);
  for (const [name, bytes] of [
    ['nanosecond times', nanoseconds],
    ['the modified kind', modified],
    ['pcapng', new PcapngBuilder().section().bytes()],
    ['version 2.2', old],
  ] as const) {
    test(name, async () => {
      const { other } = await readBoth(bytes);
      expect(other.codes).toEqual(['reader-unsupported']);
      expect(other.info.diagnostics[0]?.message).toMatch(/Use the default reader\.$/);
    });
  }
});

test('no deprecation warning comes out of the package', async () => {
  await readBoth(capture(), [30, 100, 900, 1500]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
