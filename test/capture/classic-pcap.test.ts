import { describe, expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildTcpPacket, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { readAll } from '../support/read-all.ts';

const PACKET = buildTcpPacket({ payloadLength: 10 });
const T0 = 1_750_000_000_123_456_789n;

function capture(
  options: ConstructorParameters<typeof PcapWriter>[0],
  times: readonly bigint[] = [T0],
): Uint8Array {
  const writer = new PcapWriter(options);
  for (const time of times) writer.write({ time, bytes: PACKET });
  return writer.bytes();
}

function patched(bytes: Uint8Array, patch: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  patch(new DataView(copy.buffer));
  return copy;
}

describe('a classic capture', () => {
  for (const littleEndian of [true, false]) {
    const order = littleEndian ? 'little' : 'big';
    test(`of microseconds in ${order}-endian order is read`, async () => {
      const { info, records } = await readAll(capture({ littleEndian }, [T0, T0 + 1_000n]));
      expect(info).toMatchObject({
        format: 'pcap',
        timestampResolution: 'us',
        linkTypes: ['EN10MB'],
        records: 2,
      });
      expect(info).toMatchObject({ epoch: 1_750_000_000_123_456_000n, start: 0, end: 1000, diagnostics: [] });
      expect(records.map(({ frame, time }) => [frame, time])).toEqual([
        [1, 0],
        [2, 1000],
      ]);
      expect(records[0]).toMatchObject({ linkType: 1, original: PACKET.length, bytes: PACKET });
    });

    test(`of nanoseconds in ${order}-endian order keeps every nanosecond`, async () => {
      const times = [T0, T0 + 1n, T0 + 999_999_999n, T0 + 86_400_000_000_001n];
      const { info, records } = await readAll(capture({ littleEndian, resolution: 'ns' }, times));
      expect(info).toMatchObject({ timestampResolution: 'ns', epoch: T0 });
      expect(records.map(({ time }) => info.epoch + BigInt(time))).toEqual(times);
    });
  }

  test('of the modified kind has longer record headers', async () => {
    const plain = capture({});
    const modified = concat(plain.subarray(0, 40), new Uint8Array(8), plain.subarray(40));
    const bytes = patched(modified, (view) => view.setUint32(0, 0xa1b2cd34, true));
    const { records, codes } = await readAll(bytes);
    expect(codes).toEqual([]);
    expect(records[0]?.bytes).toEqual(PACKET);
  });

  test('of version 2.2 gives the original length before the captured one', async () => {
    const bytes = patched(capture({}), (view) => {
      view.setUint16(6, 2, true);
      view.setUint32(32, 1500, true);
      view.setUint32(36, PACKET.length, true);
    });
    const { records } = await readAll(bytes);
    expect(records).toMatchObject([{ original: 1500, bytes: PACKET }]);
  });

  test('of version 2.3 gives the two lengths in either order', async () => {
    const bytes = patched(capture({}, [T0, T0]), (view) => {
      view.setUint16(6, 3, true);
      view.setUint32(32, 1500, true);
      view.setUint32(36, PACKET.length, true);
    });
    const { records } = await readAll(bytes);
    expect(records).toMatchObject([{ original: 1500, bytes: PACKET }, { original: PACKET.length }]);
  });

  test('keeps the link type in the lower half of its field', async () => {
    const bytes = patched(capture({}), (view) => view.setUint32(20, 0x2430_0071, true));
    expect((await readAll(bytes)).info.linkTypes).toEqual(['LINUX_SLL']);
  });

  test('with a link type that has no name gives its number', async () => {
    expect((await readAll(capture({ linkType: 4711 }))).info.linkTypes).toEqual(['LINKTYPE_4711']);
  });

  test('of no record at all is fine', async () => {
    const { info } = await readAll(new PcapWriter().bytes());
    expect(info).toMatchObject({
      records: 0,
      epoch: 0n,
      start: 0,
      end: 0,
      diagnostics: [],
      linkTypes: ['EN10MB'],
    });
  });

  test('whose clock goes back says so once', async () => {
    const { info } = await readAll(capture({}, [T0, T0 - 5_000n, T0, T0 - 1_000n]));
    expect(info).toMatchObject({ start: -5000, end: 0 });
    expect(info.diagnostics).toMatchObject([{ code: 'time-backwards', offset: null }]);
    expect(info.diagnostics[0]?.message).toBe(
      '2 packets have an earlier time than the packet before (first: frame 2).',
    );
  });
});

describe('a damaged classic capture', () => {
  const two = capture({}, [T0, T0]);
  const secondRecord = 24 + 16 + PACKET.length;

  test('that ends anywhere in its last record gives all records before, and the offset', async () => {
    for (let length = secondRecord + 1; length < two.length; length++) {
      const { info, records } = await readAll(two.subarray(0, length));
      expect(records).toHaveLength(1);
      expect(info.diagnostics).toMatchObject([{ code: 'record-truncated', offset: secondRecord }]);
    }
  });

  test('that ends in its file header is no capture', async () => {
    for (let length = 4; length < 24; length++) {
      const { info } = await readAll(two.subarray(0, length));
      expect(info.diagnostics).toMatchObject([{ code: 'not-a-capture', offset: 0 }]);
    }
  });

  test('with an impossible length stops there', async () => {
    for (const length of [262_145, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const { info, records } = await readAll(
        patched(two, (view) => view.setUint32(secondRecord + 8, length, true)),
      );
      expect(records).toHaveLength(1);
      expect(info.diagnostics).toMatchObject([{ code: 'record-corrupt', offset: secondRecord }]);
    }
  });

  test('is believed when its snap length allows long packets', async () => {
    const long = new Uint8Array(300_000);
    for (const [snaplen, code] of [
      [400_000, undefined],
      [262_144, 'record-corrupt'],
      [0xffffffff, 'record-corrupt'],
    ] as const) {
      const writer = new PcapWriter({ snaplen });
      writer.write({ time: T0, bytes: long });
      expect((await readAll(writer.bytes())).codes[0]).toBe(code);
    }
  });

  test('with an impossible original length is read', async () => {
    const bytes = patched(two, (view) => view.setUint32(24 + 12, 0xffffffff, true));
    expect((await readAll(bytes)).records[0]?.original).toBe(0x7fffffff);
  });

  test('of a version that never was is no capture', async () => {
    const { codes } = await readAll(patched(two, (view) => view.setUint16(4, 9, true)));
    expect(codes).toEqual(['not-a-capture']);
  });
});

test('what the writer writes, the reader reads', async () => {
  const packet = fc.record({
    time: fc.bigInt(0n, 4_000_000_000_000_000_000n),
    bytes: fc.uint8Array({ maxLength: 200 }),
    more: fc.nat(2000),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(packet),
      fc.boolean(),
      fc.constantFrom('us', 'ns'),
      async (packets, littleEndian, resolution) => {
        const writer = new PcapWriter({ littleEndian, resolution, linkType: 101 });
        for (const { time, bytes, more } of packets)
          writer.write({ time, bytes, original: bytes.length + more });
        const { info, records } = await readAll(writer.bytes());
        expect(info.records).toBe(packets.length);
        expect(records.map(({ bytes, original }) => ({ bytes, original }))).toEqual(
          packets.map(({ bytes, more }) => ({ bytes, original: bytes.length + more })),
        );
      },
    ),
  );
});
