import { describe, expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildEthernet, buildIp, buildTcpDatagram, buildTcpSegment } from '../support/packets.ts';
import fc from '../support/property.ts';
import { decodeAll } from '../support/read-all.ts';
import { buildVxlan, fragmentOf, fragmentOfIpv6 } from '../support/tunnels.ts';

const OPTIONS = Uint8Array.of(2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7);
const FIELDS = { sport: 12345, dport: 80, seq: 7, flags: 2, options: OPTIONS };
const SYN = buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.2', ...FIELDS });
const SYN_6 = buildTcpDatagram({ src: '2001:db8::1', dst: '2001:db8::2', ...FIELDS });
const DATA = buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.2', seq: 8, ipId: 9, payloadLength: 3000 });

interface Sent {
  readonly bytes: Uint8Array;
  readonly seconds?: number;
  readonly captured?: number;
}

async function decode(datagrams: readonly (Uint8Array | Sent)[]) {
  const writer = new PcapWriter();
  for (const each of datagrams) {
    const { bytes, seconds = 0, captured } = each instanceof Uint8Array ? { bytes: each } : each;
    const frame = buildEthernet(bytes);
    const kept = frame.subarray(0, captured ?? frame.length);
    writer.write({ time: BigInt(seconds) * 1_000_000_000n, bytes: kept, original: frame.length });
  }
  const { segments, codes, messages } = await decodeAll(writer.bytes());
  return { segments, codes, messages };
}

const SYN_FOUND = { frame: 2, seq: 7, flags: 2, length: 0, optionsLength: 20, optionsCut: false };

describe('fragments are put together', () => {
  test('where they divide the TCP header', async () => {
    const found = await decode([fragmentOf(SYN, 0, 24), fragmentOf(SYN, 24, 40)]);
    expect(found).toMatchObject({ segments: [SYN_FOUND], codes: [] });
    const { bytes, optionsOffset } = found.segments[0] ?? { bytes: OPTIONS, optionsOffset: 0 };
    expect(bytes.slice(optionsOffset, optionsOffset + 20)).toEqual(OPTIONS);
  });

  test('over IPv6', async () => {
    const found = await decode([fragmentOfIpv6(SYN_6, 0, 24), fragmentOfIpv6(SYN_6, 24, 40)]);
    expect(found).toMatchObject({ segments: [{ ...SYN_FOUND, ipVersion: 6 }], codes: [] });
  });

  test('in a tunnel', async () => {
    const inside = (from: number, to: number) => buildVxlan(buildEthernet(fragmentOf(SYN, from, to)));
    expect(await decode([inside(24, 40), inside(0, 24)])).toMatchObject({ segments: [SYN_FOUND], codes: [] });
  });

  test('whatever their order, and twice', async () => {
    const parts = [fragmentOf(DATA, 0, 1480), fragmentOf(DATA, 1480, 2960), fragmentOf(DATA, 2960, 3020)];
    const [first = SYN, second = SYN, third = SYN] = parts;
    for (const order of [
      [first, second, third],
      [third, second, first],
      [second, second, third, first],
      [third, first, first, second],
    ]) {
      const { segments, codes } = await decode(order);
      expect(segments).toMatchObject([{ seq: 8, length: 3000, frame: order.length }]);
      expect(codes).toEqual([]);
    }
  });

  test('where the snap length cut them, if the header is there', async () => {
    const parts = [
      { bytes: fragmentOf(DATA, 0, 1480), captured: 60 },
      { bytes: fragmentOf(DATA, 1480, 3020), captured: 60 },
    ];
    expect(await decode(parts)).toMatchObject({ segments: [{ length: 3000 }], codes: [] });
  });
});

describe('fragments that cannot be put together are counted', () => {
  test('the first without the rest, which is no whole segment', async () => {
    const { segments, codes, messages } = await decode([fragmentOf(DATA, 0, 1480)]);
    expect({ segments, codes }).toEqual({ segments: [], codes: ['ip-fragment'] });
    expect(messages).toEqual([
      '1 IP fragment was left out: the rest of its datagram is not there, or overlaps (first: frame 1).',
    ]);
  });

  test('where one is missing', async () => {
    const { segments, codes } = await decode([fragmentOf(DATA, 0, 1480), fragmentOf(DATA, 2960, 3020)]);
    expect({ segments, codes }).toEqual({ segments: [], codes: ['ip-fragment'] });
  });

  test('where they overlap (RFC 5722 4)', async () => {
    const found = await decode([
      fragmentOf(DATA, 0, 1480),
      fragmentOf(DATA, 1472, 2960),
      fragmentOf(DATA, 1480, 2960),
      fragmentOf(DATA, 2960, 3020),
    ]);
    expect(found).toMatchObject({ segments: [], codes: ['ip-fragment'] });
    expect(found.messages[0]).toMatch(/^4 IP fragments/);
  });

  test('where two say different things of the same bytes', async () => {
    const forged = fragmentOf(SYN, 0, 24).slice();
    forged[20] = 99;
    const found = await decode([fragmentOf(SYN, 0, 24), forged, fragmentOf(SYN, 24, 40)]);
    expect(found).toMatchObject({ segments: [], codes: ['ip-fragment'] });
  });

  test('where the rest came more than 30 s later', async () => {
    const parts = [{ bytes: fragmentOf(SYN, 0, 24) }, { bytes: fragmentOf(SYN, 24, 40), seconds: 31 }];
    expect(await decode(parts)).toMatchObject({ segments: [], codes: ['ip-fragment'] });
  });

  test('of other datagrams: another identification, other addresses, another tunnel', async () => {
    const other = buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.2', ...FIELDS, ipId: 2 });
    const elsewhere = buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.3', ...FIELDS });
    for (const rest of [
      fragmentOf(other, 24, 40),
      fragmentOf(elsewhere, 24, 40),
      buildVxlan(buildEthernet(fragmentOf(SYN, 24, 40))),
    ]) {
      expect((await decode([fragmentOf(SYN, 0, 24), rest])).segments).toEqual([]);
    }
  });

  test('when more than 64 datagrams wait', async () => {
    const firsts = Array.from({ length: 65 }, (_, ipId) =>
      fragmentOf(buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.2', ...FIELDS, ipId }), 0, 24),
    );
    const rest = (ipId: number) =>
      fragmentOf(buildTcpDatagram({ src: '192.0.2.1', dst: '192.0.2.2', ...FIELDS, ipId }), 24, 40);
    expect((await decode([...firsts, rest(1)])).segments).toHaveLength(1);
    expect((await decode([...firsts, rest(0)])).segments).toHaveLength(0);
  });
});

test('fragments of what is not TCP are passed over in silence', async () => {
  const udp = buildIp(17, new Uint8Array(3000), { src: '192.0.2.1', dst: '192.0.2.2' });
  expect(await decode([fragmentOf(udp, 0, 1480), fragmentOf(udp, 1480, 3000)])).toMatchObject({
    segments: [],
    codes: [],
  });
});

test('the first fragment of a tunnel has the headers of what is inside', async () => {
  const tunnel = buildVxlan(buildEthernet(DATA));
  const { segments } = await decode([fragmentOf(tunnel, 0, 1480), fragmentOf(tunnel, 1480, 3102)]);
  expect(segments).toMatchObject([{ frame: 1, seq: 8, length: 3000 }]);
});

test('no fragments make the decoder throw', async () => {
  const segment = buildTcpSegment({ ...FIELDS, payloadLength: 200 });
  const whole = buildIp(6, segment, { src: '192.0.2.1', dst: '192.0.2.2' });
  const part = fc.record({
    from: fc.nat(30).map((eighths) => eighths * 8),
    length: fc.nat(250),
    more: fc.boolean(),
    cut: fc.nat(60),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
      const packets = parts.map(({ from, length, more, cut }) => {
        const bytes = fragmentOf(whole, from, from + length).slice();
        new DataView(bytes.buffer).setUint16(6, (more ? 0x2000 : 0) | (from / 8));
        return { bytes, captured: Math.max(0, 14 + bytes.length - cut) };
      });
      const { segments } = await decode(packets);
      for (const { length } of segments) expect(length).toBeLessThan(65_535);
    }),
    { numRuns: 2000 },
  );
});
