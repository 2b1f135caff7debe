import { describe, expect, test } from 'vitest';
import { buildTcpPacket, concat } from '../support/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';
import { readAll } from '../support/read-all.ts';

const PACKET = buildTcpPacket({ payloadLength: 9 });
const SECOND = 1_750_000_000n;
const US = SECOND * 1_000_000n;
const TSRESOL = 9;
const TSOFFSET = 14;

const byte = (value: number) => Uint8Array.of(value);

for (const littleEndian of [true, false]) {
  describe(`a ${littleEndian ? 'little' : 'big'}-endian pcapng capture`, () => {
    test('gives the packets of its enhanced packet blocks', async () => {
      const bytes = new PcapngBuilder(littleEndian)
        .section()
        .iface()
        .enhanced(PACKET, US, 0, 1500)
        .enhanced(PACKET, US + 7n)
        .bytes();
      const { info, records } = await readAll(bytes);
      expect(info).toMatchObject({
        format: 'pcapng',
        timestampResolution: 'us',
        linkTypes: ['EN10MB'],
        records: 2,
      });
      expect(info).toMatchObject({ epoch: SECOND * 1_000_000_000n, start: 0, end: 7000, diagnostics: [] });
      expect(records).toMatchObject([
        { frame: 1, time: 0, linkType: 1, original: 1500, bytes: PACKET },
        { frame: 2, time: 7000, original: PACKET.length },
      ]);
    });

    test('gives the packets of obsolete packet blocks', async () => {
      const bytes = new PcapngBuilder(littleEndian)
        .section()
        .iface()
        .iface(101)
        .obsolete(PACKET, US, 1)
        .bytes();
      const { info, records } = await readAll(bytes);
      expect(info.epoch).toBe(SECOND * 1_000_000_000n);
      expect(records).toMatchObject([{ linkType: 101, bytes: PACKET }]);
    });

    test('says how many packets it lacks, by the newest statistics of each interface', async () => {
      const builder = new PcapngBuilder(littleEndian).section().iface().iface();
      const statistics = (iface: number, dropped: readonly (readonly [number, bigint])[]): Uint8Array => {
        const options = dropped.flatMap(([code, count]) => [
          builder.u16(code),
          builder.u16(8),
          builder.u64(count),
        ]);
        return concat(builder.u32(iface), builder.u32(0), builder.u32(0), ...options, builder.u32(0));
      };
      builder
        .block(5, statistics(0, [[4, 99n]]))
        .enhanced(PACKET, US)
        .block(5, statistics(0, [[5, 3n]]))
        .block(5, statistics(1, [[7, 1000n]]))
        // Of nobody, and too short for any.
        .block(5, statistics(9, [[5, 7n]]))
        .block(5, builder.u32(0))
        .enhanced(PACKET, US + 1n)
        .block(
          5,
          statistics(0, [
            [5, 4n],
            [7, 2n],
          ]),
        );
      for (const cuts of [[], [100, 177, 231]]) {
        const { info } = await readAll(builder.bytes(), cuts);
        expect(info.records).toBe(2);
        expect(info.diagnostics.map(({ code }) => code)).toEqual(['packets-dropped']);
        expect(info.diagnostics[0]?.message).toContain('says that 1006 packets were dropped');
      }
    });

    test('gives a simple packet the time of the record before', async () => {
      const bytes = new PcapngBuilder(littleEndian)
        .section()
        .iface()
        .enhanced(PACKET, US)
        .enhanced(PACKET, US + 3n)
        .simple(PACKET)
        .bytes();
      const { records } = await readAll(bytes);
      expect(records.map(({ time }) => time)).toEqual([0, 3000, 3000]);
      expect(records[2]?.bytes).toEqual(PACKET);
    });
  });
}

describe('a simple packet', () => {
  test('before any packet with a time stands at the epoch', async () => {
    const { info, records } = await readAll(
      new PcapngBuilder().section().iface().simple(PACKET).enhanced(PACKET, US).bytes(),
    );
    expect(info.epoch).toBe(SECOND * 1_000_000_000n);
    expect(records.map(({ time }) => time)).toEqual([0, 0]);
  });

  test('is as long as the snap length of the first interface', async () => {
    const { records } = await readAll(
      new PcapngBuilder().section().iface(1, 40).simple(PACKET.subarray(0, 40), 1000).bytes(),
    );
    expect(records).toMatchObject([{ original: 1000, bytes: PACKET.subarray(0, 40) }]);
  });
});

describe('times in pcapng', () => {
  /** Resolution option, ticks, and the nanoseconds that they are. */
  const resolutions: readonly (readonly [string, number, bigint, bigint])[] = [
    ['s', 0, SECOND, SECOND * 1_000_000_000n],
    ['ms', 3, SECOND * 1000n + 1n, SECOND * 1_000_000_000n + 1_000_000n],
    ['us', 6, US + 1n, SECOND * 1_000_000_000n + 1000n],
    ['10^-7 s', 7, SECOND * 10_000_000n + 3n, SECOND * 1_000_000_000n + 300n],
    ['ns', 9, SECOND * 1_000_000_000n + 1n, SECOND * 1_000_000_000n + 1n],
    ['10^-12 s', 12, 1_750_000n * 1_000_000_000_000n + 1_999n, 1_750_000n * 1_000_000_000n + 1n],
    ['2^-10 s', 0x8a, (SECOND << 10n) + 1n, SECOND * 1_000_000_000n + 976_562n],
    ['2^-30 s', 0x9e, (SECOND << 30n) + 3n, SECOND * 1_000_000_000n + 2n],
  ];
  for (const [name, option, ticks, nanoseconds] of resolutions) {
    test(`of ${name} are exact to the nanosecond`, async () => {
      const capture = new PcapngBuilder().section().iface(1, 0, [[TSRESOL, byte(option)]]);
      const { info, records } = await readAll(
        capture
          .enhanced(PACKET, ticks - 1n)
          .enhanced(PACKET, ticks)
          .bytes(),
      );
      expect(info.timestampResolution).toBe(name);
      expect(info.epoch + BigInt(records[1]?.time ?? 0)).toBe(nanoseconds);
    });
  }

  test('move by the offset of their interface', async () => {
    const builder = new PcapngBuilder();
    const bytes = builder
      .section()
      .iface(1, 0, [[TSOFFSET, builder.u64(-100n)]])
      .enhanced(PACKET, US)
      .bytes();
    expect((await readAll(bytes)).info.epoch).toBe((SECOND - 100n) * 1_000_000_000n);
  });

  test('of interfaces with other resolutions fit together, and the finest is named', async () => {
    const bytes = new PcapngBuilder()
      .section()
      .iface()
      .iface(113, 0, [[TSRESOL, byte(9)]])
      .enhanced(PACKET, US, 0)
      .enhanced(PACKET, US * 1000n + 1n, 1)
      .enhanced(PACKET, US + 1n, 0)
      .bytes();
    const { info, records } = await readAll(bytes);
    expect(info).toMatchObject({ timestampResolution: 'ns', linkTypes: ['EN10MB', 'LINUX_SLL'] });
    expect(records.map(({ time, linkType }) => [time, linkType])).toEqual([
      [0, 1],
      [1, 113],
      [1000, 1],
    ]);
  });

  test('after 2^32 ticks stay exact', async () => {
    const ticks = 0xffff_ffffn;
    const bytes = new PcapngBuilder()
      .section()
      .iface()
      .enhanced(PACKET, ticks)
      .enhanced(PACKET, ticks + 1n)
      .bytes();
    expect((await readAll(bytes)).records[1]?.time).toBe(1000);
  });
});

describe('the blocks of pcapng', () => {
  test('may be in several sections, each with its own byte order and interfaces', async () => {
    const first = new PcapngBuilder(true).section().iface(1).iface(101).enhanced(PACKET, US, 1).bytes();
    const second = new PcapngBuilder(false)
      .section()
      .iface(113)
      .enhanced(PACKET, US + 1n, 0)
      .enhanced(PACKET, US, 1)
      .bytes();
    const { info, records } = await readAll(concat(first, second));
    expect(records.map(({ linkType, time }) => [linkType, time])).toEqual([
      [101, 0],
      [113, 1000],
    ]);
    expect(info.records).toBe(3);
    expect(info.diagnostics.map(({ code }) => code)).toEqual(['interface-unknown']);
  });

  test('of other types are skipped, however long', async () => {
    const huge = new Uint8Array(20_000_000);
    const bytes = new PcapngBuilder()
      .section()
      .block(4, new Uint8Array(0))
      .iface()
      .block(0x1234, huge)
      .enhanced(PACKET, US)
      .bytes();
    const { info, records } = await readAll(bytes, [100, 1_000_000, 20_000_090]);
    expect(info.diagnostics).toEqual([]);
    expect(records).toMatchObject([{ frame: 1, bytes: PACKET }]);
  });

  test('that Wireshark numbers as frames take a frame number', async () => {
    const custom = new Uint8Array(8);
    const bytes = new PcapngBuilder()
      .section()
      .iface()
      .block(0xbad, custom)
      .enhanced(PACKET, US)
      .block(9, custom)
      .enhanced(PACKET, US)
      .bytes();
    const { info, records } = await readAll(bytes);
    expect(records.map(({ frame }) => frame)).toEqual([2, 4]);
    expect(info.records).toBe(2);
  });

  test('may carry options behind the packet', async () => {
    const builder = new PcapngBuilder().section().iface();
    const comment = concat(builder.u16(1), builder.u16(4), Uint8Array.of(1, 2, 3, 4), builder.u32(0));
    const head = [builder.u32(0), builder.u32(0), builder.u32(5), builder.u32(4), builder.u32(4)];
    const { records } = await readAll(
      builder.block(6, concat(...head, Uint8Array.of(9, 9, 9, 9), comment)).bytes(),
    );
    expect(records).toMatchObject([{ bytes: Uint8Array.of(9, 9, 9, 9) }]);
  });

  test('whose writer did not count the padding are read', async () => {
    const builder = new PcapngBuilder().section().iface();
    const body = concat(
      builder.u32(0),
      builder.u32(0),
      builder.u32(5),
      builder.u32(3),
      builder.u32(3),
      Uint8Array.of(7, 8, 9, 0),
    );
    const odd = concat(builder.u32(6), builder.u32(35), body, builder.u32(35));
    const { records, codes } = await readAll(builder.raw(odd).enhanced(PACKET, 5n).bytes());
    expect(codes).toEqual([]);
    expect(records.map(({ bytes }) => bytes.length)).toEqual([3, PACKET.length]);
  });
});

describe('a damaged pcapng capture', () => {
  const before = new PcapngBuilder().section().iface().enhanced(PACKET, US);
  const length = before.bytes().length;

  test('that ends anywhere in its last block gives all records before, and the offset', async () => {
    const bytes = new PcapngBuilder().section().iface().enhanced(PACKET, US).enhanced(PACKET, US).bytes();
    for (let end = length + 1; end < bytes.length; end++) {
      const { info, records } = await readAll(bytes.subarray(0, end));
      expect(records).toHaveLength(1);
      expect(info.diagnostics).toMatchObject([{ code: 'record-truncated', offset: length }]);
    }
  });

  test('that ends inside a skipped block says so', async () => {
    const bytes = new PcapngBuilder().section().iface().block(0x77, new Uint8Array(40)).bytes();
    for (let cut = 1; cut < 52; cut++) {
      expect((await readAll(bytes.subarray(0, bytes.length - cut))).codes).toEqual(['record-truncated']);
    }
  });

  test('whose block gives two lengths stops before that packet', async () => {
    const bytes = new PcapngBuilder().section().iface().enhanced(PACKET, US);
    const body = concat(bytes.u32(0), bytes.u32(0), bytes.u32(5), bytes.u32(0), bytes.u32(0));
    const { info, records } = await readAll(bytes.block(6, body, 36).enhanced(PACKET, US).bytes());
    expect(records).toHaveLength(1);
    expect(info.diagnostics).toMatchObject([{ code: 'block-corrupt', offset: length + 28 }]);
  });

  test('with an impossible block length stops there', async () => {
    for (const total of [0, 8, 28, 0x0100_0004, 0xffff_ffff]) {
      const builder = new PcapngBuilder().section().iface().enhanced(PACKET, US);
      const { info } = await readAll(
        builder.raw(concat(builder.u32(6), builder.u32(total), builder.u32(0))).bytes(),
      );
      expect(info.diagnostics).toMatchObject([{ code: 'block-corrupt', offset: length }]);
    }
  });

  test('with a packet longer than its block stops there', async () => {
    const builder = new PcapngBuilder().section().iface().enhanced(PACKET, US);
    const body = concat(
      builder.u32(0),
      builder.u32(0),
      builder.u32(5),
      builder.u32(9),
      builder.u32(9),
      builder.u64(0n),
    );
    expect((await readAll(builder.block(6, body).bytes())).codes).toEqual(['record-corrupt']);
  });

  test('without the byte-order magic is no capture', async () => {
    const bytes = new PcapngBuilder().section().bytes();
    bytes[8] = 0;
    expect((await readAll(bytes)).codes).toEqual(['not-a-capture']);
  });

  test('of another major version is no capture', async () => {
    expect((await readAll(new PcapngBuilder().section(2).bytes())).codes).toEqual(['not-a-capture']);
  });
});
