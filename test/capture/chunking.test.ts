import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildTcpPacket } from '../support/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';
import fc from '../support/property.ts';
import { decodeAll, fingerprint, readAll } from '../support/read-all.ts';
import { recordedCaptures } from '../support/recorded.ts';

const packets = [0, 1, 5, 400].map((payloadLength) => buildTcpPacket({ payloadLength }));

function classic(): Uint8Array {
  const writer = new PcapWriter();
  packets.forEach((bytes, index) => {
    writer.write({ time: BigInt(index) * 1000n, bytes });
  });
  return writer.bytes();
}

function pcapng(littleEndian: boolean): Uint8Array {
  const builder = new PcapngBuilder(littleEndian).section().block(0xbad, new Uint8Array(60)).iface(1, 100);
  packets.forEach((bytes, index) => {
    builder.enhanced(bytes, BigInt(index)).block(0x55, new Uint8Array(index * 4));
  });
  return builder
    .simple(packets[0] ?? new Uint8Array(0))
    .section()
    .iface(101)
    .bytes();
}

const SAMPLES: Record<string, Uint8Array> = {
  pcap: classic(),
  'little-endian pcapng': pcapng(true),
  'big-endian pcapng': pcapng(false),
  'a cut pcap': classic().subarray(0, 300),
  'a cut pcapng': pcapng(true).subarray(0, 333),
  'no capture': new TextEncoder().encode('this is not a capture of anything'),
};

describe('the same records come out wherever the chunks end', () => {
  for (const [name, bytes] of Object.entries(SAMPLES)) {
    test(name, async () => {
      const whole = await readAll(bytes);
      expect(
        await readAll(
          bytes,
          Array.from(bytes, (_, index) => index),
        ),
      ).toEqual(whole);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
          expect(await readAll(bytes, cuts)).toEqual(whole);
        }),
      );
    });
  }

  test('recorded captures', async ({ skip }) => {
    const files = recordedCaptures('corpus');
    if (files.length === 0) skip('no recorded captures in ../shared/corpus');
    for (const { name, path } of files) {
      const bytes = readFileSync(path).subarray(0, 100_000);
      const whole = await digest(bytes, []);
      for (const step of [1009, 65_536]) {
        const cuts = Array.from(
          { length: Math.floor(bytes.length / step) },
          (_, index) => (index + 1) * step,
        );
        expect(await digest(bytes, cuts), name).toEqual(whole);
      }
    }
  });
});

async function digest(bytes: Uint8Array, cuts: readonly number[]): Promise<unknown> {
  const { info, records } = await readAll(bytes, cuts);
  return { info, records: fingerprint(records) };
}

describe('no bytes make the reader or the decoder throw or hang', () => {
  test('random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        await decodeAll(bytes);
      }),
    );
  });

  for (const [name, bytes] of Object.entries(SAMPLES)) {
    test(`${name} with bytes changed`, async () => {
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x45, 6));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          const { info, segments } = await decodeAll(damaged);
          expect(segments.length).toBeLessThanOrEqual(info.records);
        }),
        { numRuns: 500 },
      );
    });
  }
});
