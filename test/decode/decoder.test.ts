import { describe, expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import type { PacketFields } from '../support/packets.ts';
import {
  buildEthernet,
  buildExtensionHeader,
  buildIp,
  buildTcpDatagram,
  buildTcpPacket,
  buildTcpSegment,
  concat,
} from '../support/packets.ts';
import { addressText, decodeAll } from '../support/read-all.ts';

const V4 = { src: '192.0.2.1', dst: '198.51.100.2' };
const V6 = { src: '2001:db8::1', dst: '2001:db8::2' };
const FIELDS = {
  sport: 40000,
  dport: 443,
  seq: 0xfffffff0,
  ack: 7,
  flags: 0x19,
  window: 512,
  payloadLength: 33,
  ttl: 57,
  ipId: 4242,
};
const V4_DATAGRAM = buildTcpDatagram({ ...FIELDS, ...V4 });
const V6_DATAGRAM = buildTcpDatagram({ ...FIELDS, ...V6 });

interface Cut {
  linkType?: number;
  captured?: number;
  original?: number;
}

async function decode(
  packet: Uint8Array,
  { linkType = 1, captured = packet.length, original = packet.length }: Cut = {},
) {
  const writer = new PcapWriter({ linkType });
  writer.write({ time: 0n, bytes: packet.subarray(0, captured), original });
  // A second packet, whose bytes a decoder that looks too far would find.
  writer.write({ time: 0n, bytes: new Uint8Array(64).fill(0x45), original: 64 });
  const { segments, codes, messages } = await decodeAll(writer.bytes());
  const first = segments.filter(({ frame }) => frame === 1);
  return { segment: first[0], codes, messages };
}

const EXPECTED = {
  sourcePort: 40000,
  destinationPort: 443,
  seq: -16,
  ack: 7,
  flags: 0x19,
  window: 512,
  length: 33,
  ttl: 57,
  optionsLength: 0,
  optionsCut: false,
};

async function expectDecoded(packet: Uint8Array, version: 4 | 6, cut: Cut = {}) {
  const { segment } = await decode(packet, cut);
  expect(segment).toMatchObject({ ...EXPECTED, ipVersion: version, ipId: version === 4 ? 4242 : -1 });
  if (segment === undefined) return;
  const addresses = [addressText(segment, 'source'), addressText(segment, 'destination')];
  expect(addresses).toEqual(
    version === 4 ? [V4.src, V4.dst] : ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:2'],
  );
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

const SLL = (...tail: number[]) => concat(new Uint8Array(14), bytes(...tail));
const SLL2 = (...head: number[]) => concat(bytes(...head), new Uint8Array(18));
const MACS = new Uint8Array(12);

/** Name, LINKTYPE_, what stands before the datagram, IP version. */
const LINKS: readonly (readonly [string, number, Uint8Array, 4 | 6])[] = [
  ['Ethernet', 1, concat(MACS, bytes(8, 0)), 4],
  ['Ethernet', 1, concat(MACS, bytes(0x86, 0xdd)), 6],
  ['Ethernet with a VLAN tag', 1, concat(MACS, bytes(0x81, 0, 0, 5, 8, 0)), 4],
  ['Ethernet with 802.1ad', 1, concat(MACS, bytes(0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0)), 4],
  ['Ethernet with old QinQ', 1, concat(MACS, bytes(0x91, 0, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd)), 6],
  [
    'Ethernet with three VLAN tags',
    1,
    concat(MACS, bytes(0x81, 0, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 8, 0)),
    4,
  ],
  ['Ethernet with a security group tag', 1, concat(MACS, bytes(0x89, 9, 1, 1, 0, 1, 0, 2, 8, 0)), 4],
  ['802.3 with SNAP', 1, concat(MACS, bytes(0, 81, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0)), 4],
  ['Linux cooked', 113, SLL(8, 0), 4],
  ['Linux cooked', 113, SLL(0x86, 0xdd), 6],
  ['Linux cooked with a VLAN tag', 113, SLL(0x81, 0, 0, 5, 8, 0), 4],
  ['Linux cooked 2', 276, SLL2(8, 0), 4],
  ['Linux cooked 2', 276, SLL2(0x86, 0xdd), 6],
  ['Linux cooked 2 with 802.1ad', 276, concat(SLL2(0x88, 0xa8), bytes(0, 5, 0x86, 0xdd)), 6],
  ['raw IP', 101, bytes(), 4],
  ['raw IP', 101, bytes(), 6],
  ['raw IP as 12', 12, bytes(), 4],
  ['raw IP as 14', 14, bytes(), 6],
  ['raw IPv4', 228, bytes(), 4],
  ['raw IPv6', 229, bytes(), 6],
  ['BSD loopback, little-endian', 0, bytes(2, 0, 0, 0), 4],
  ['BSD loopback, big-endian', 0, bytes(0, 0, 0, 2), 4],
  ['BSD loopback of Linux', 0, bytes(10, 0, 0, 0), 6],
  ['BSD loopback of OpenBSD', 0, bytes(0, 0, 0, 24), 6],
  ['BSD loopback of FreeBSD', 0, bytes(28, 0, 0, 0), 6],
  ['BSD loopback of macOS', 0, bytes(30, 0, 0, 0), 6],
  ['OpenBSD loopback', 108, bytes(0, 0, 0, 2), 4],
  ['OpenBSD loopback', 108, bytes(0, 0, 0, 24), 6],
];

describe('a segment is found behind', () => {
  for (const [name, linkType, header, version] of LINKS) {
    test(`${name} (${linkType}), IPv${version}`, async () => {
      const packet = concat(header, version === 4 ? V4_DATAGRAM : V6_DATAGRAM);
      await expectDecoded(packet, version, { linkType });
      // And whatever is missing in front of it is never read from somewhere else.
      for (let captured = 0; captured < packet.length - 33 - 4; captured++) {
        const { segment } = await decode(packet, { linkType, captured, original: packet.length });
        expect(segment).toBeUndefined();
      }
    });
  }

  test('IPv4 options', async () => {
    const ipOptions = bytes(7, 7, 4, 0, 0, 0, 0, 0);
    await expectDecoded(buildTcpPacket({ ...FIELDS, ...V4, ipOptions }), 4);
  });

  test('Ethernet padding', async () => {
    const short = buildTcpPacket({ ...FIELDS, ...V4, payloadLength: 0 });
    const { segment } = await decode(concat(short, new Uint8Array(6)));
    expect(segment?.length).toBe(0);
  });
});

describe('behind IPv6 extension headers', () => {
  const tcp = buildTcpSegment(FIELDS);
  const behind = (first: number, ...headers: Uint8Array[]) =>
    expectDecoded(buildEthernet(withChecksumOf(first, concat(...headers, tcp))), 6);

  function withChecksumOf(first: number, payload: Uint8Array): Uint8Array {
    return buildIp(first, payload, { ...V6, ttl: 57 });
  }

  for (const [name, kind] of [
    ['hop-by-hop options', 0],
    ['routing', 43],
    ['destination options', 60],
    ['mobility', 135],
    ['HIP', 139],
    ['Shim6', 140],
  ] as const) {
    test(name, () => behind(kind, buildExtensionHeader(6, 16)));
  }

  test('authentication', () => behind(51, concat(bytes(6, 4), new Uint8Array(22))));
  test('an atomic fragment', () => behind(44, bytes(6, 0, 0, 0, 0, 0, 0, 1)));
  test('several of them', () =>
    behind(
      0,
      buildExtensionHeader(43),
      buildExtensionHeader(44),
      bytes(60, 0, 0, 0, 0, 0, 0, 1),
      buildExtensionHeader(6, 24),
    ));

  test('a later fragment is counted', async () => {
    const packet = buildEthernet(withChecksumOf(44, concat(bytes(6, 0, 0x05, 0xa8, 0, 0, 0, 1), tcp)));
    expect(await decode(packet)).toMatchObject({
      segment: undefined,
      codes: expect.arrayContaining(['ip-fragment']),
    });
  });

  test('a header longer than the datagram is counted', async () => {
    const packet = buildEthernet(withChecksumOf(0, concat(bytes(6, 200, 0, 0, 0, 0, 0, 0), tcp)));
    expect((await decode(packet)).codes).toContain('header-corrupt');
  });
});

test('a segment is found behind an authentication header in IPv4', async () => {
  const packet = buildEthernet(
    buildIp(51, concat(bytes(6, 4), new Uint8Array(22), buildTcpSegment(FIELDS)), {
      ...V4,
      ttl: 57,
      ipId: 4242,
    }),
  );
  await expectDecoded(packet, 4);
});

describe('lengths come from the IP header', () => {
  const packet = buildTcpPacket({ ...FIELDS, ...V4, payloadLength: 1000 });

  test('when the snap length cut the payload', async () => {
    expect((await decode(packet, { captured: 60 })).segment?.length).toBe(1000);
  });

  test('and from the record, when offload left the length of an IPv4 packet zero', async () => {
    const offloaded = packet.slice();
    new DataView(offloaded.buffer).setUint16(16, 0);
    expect((await decode(offloaded)).segment?.length).toBe(1000);
    expect((await decode(offloaded, { captured: 60, original: packet.length })).segment?.length).toBe(1000);
  });

  test('and from the record, when offload left the length of an IPv6 packet zero', async () => {
    const offloaded = buildTcpPacket({ ...FIELDS, ...V6, payloadLength: 1000 });
    new DataView(offloaded.buffer).setUint16(18, 0);
    expect((await decode(offloaded, { captured: 80, original: offloaded.length })).segment?.length).toBe(
      1000,
    );
  });

  test('and a fragment with more to come is no whole segment', async () => {
    const fragment = packet.slice();
    new DataView(fragment.buffer).setUint16(20, 0x2000);
    expect(await decode(fragment)).toMatchObject({
      segment: undefined,
      codes: expect.arrayContaining(['ip-fragment']),
    });
  });
});

describe('when the snap length cuts the TCP header', () => {
  const options = bytes(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);
  const packet = buildTcpPacket({ ...FIELDS, ...V4, options });

  test('inside its options, the segment says so', async () => {
    const { segment } = await decode(packet, { captured: 14 + 20 + 20 + 5 });
    expect(segment).toMatchObject({ length: 33, optionsLength: 5, optionsCut: true });
  });

  test('behind the window, the segment has no options', async () => {
    const { segment } = await decode(packet, { captured: 14 + 20 + 16 });
    expect(segment).toMatchObject({ window: 512, optionsLength: 0, optionsCut: true });
  });

  test('before the window, the packet is counted', async () => {
    const { segment, messages } = await decode(packet, { captured: 14 + 20 + 15 });
    expect(segment).toBeUndefined();
    expect(messages).toContain(
      '1 packet ends before its TCP header does, and was left out (first: frame 1).',
    );
  });
});

/** What is wrong with a packet that was right, at which byte, and what is counted. */
const WRONG: readonly (readonly [string, (view: DataView) => void, string])[] = [
  ['a data offset below five', (view) => view.setUint8(46, 0x40), 'header-corrupt'],
  ['a data offset beyond the datagram', (view) => view.setUint8(46, 0xf0), 'header-corrupt'],
  ['an IPv4 header shorter than twenty bytes', (view) => view.setUint8(14, 0x44), 'header-corrupt'],
  ['an IPv4 length shorter than the header', (view) => view.setUint16(16, 19), 'header-corrupt'],
  ['another IP version than its EtherType', (view) => view.setUint8(14, 0x65), 'header-corrupt'],
  ['a fragment offset', (view) => view.setUint16(20, 0x0001), 'ip-fragment'],
  ['more fragments to come', (view) => view.setUint16(20, 0x2000), 'ip-fragment'],
  ['IPv4 that cannot be inside', (view) => view.setUint8(23, 4), 'header-corrupt'],
  ['IPv6 inside, cut', (view) => view.setUint8(23, 41), 'tcp-header-cut'],
  ['ESP', (view) => view.setUint8(23, 50), 'tunnel-not-opened'],
  ['PPPoE', (view) => view.setUint16(12, 0x8864), 'tunnel-not-opened'],
  ['MPLS', (view) => view.setUint16(12, 0x8847), 'tunnel-not-opened'],
  ['multicast MPLS', (view) => view.setUint16(12, 0x8848), 'tunnel-not-opened'],
];

describe('no segment comes of, but a count, a packet with', () => {
  for (const [name, damage, code] of WRONG) {
    test(name, async () => {
      const packet = buildTcpPacket({ ...FIELDS, ...V4, payloadLength: 0 }).slice();
      damage(new DataView(packet.buffer));
      const { segment, codes } = await decode(packet);
      expect(segment).toBeUndefined();
      expect(codes).toContain(code);
    });
  }

  test('CAPWAP by its UDP port', async () => {
    const udp = bytes(0xc0, 0, 0x14, 0x7f, 0, 8, 0, 0);
    expect((await decode(buildEthernet(buildIp(17, udp)))).codes).toContain('tunnel-not-opened');
  });
});

test('what is not TCP is passed over in silence', async () => {
  const writer = new PcapWriter();
  const udp = buildEthernet(buildIp(17, bytes(0xc0, 0, 0, 53, 0, 8, 0, 0)));
  const icmp = buildEthernet(buildIp(1, concat(bytes(3, 4, 0, 0, 0, 0, 0, 0), V4_DATAGRAM)));
  const arp = buildEthernet(new Uint8Array(28), [], 0x0806);
  for (const packet of [udp, icmp, arp]) writer.write({ time: 0n, bytes: packet });
  expect(await decodeAll(writer.bytes())).toMatchObject({ segments: [], codes: [] });
});

test('a link type that is not supported is named once, with how many packets it has', async () => {
  const writer = new PcapWriter({ linkType: 220 });
  for (let index = 0; index < 3; index++) writer.write({ time: 0n, bytes: new Uint8Array(60) });
  const { info, messages, codes } = await decodeAll(writer.bytes());
  expect(info.records).toBe(3);
  expect(codes).toEqual(['link-type-unsupported']);
  expect(messages).toEqual([
    'Link type USB_LINUX_MMAPPED (220) is not supported: 3 packets were not looked into (first: frame 1).',
  ]);
});

test('segments of one object follow each other without traces of the last', async () => {
  const writer = new PcapWriter();
  const fields: PacketFields[] = [
    { ...V6, options: bytes(1, 1, 1, 1) },
    { ...V4, flags: 0 },
  ];
  for (const each of fields) writer.write({ time: 0n, bytes: buildTcpPacket(each) });
  const { segments } = await decodeAll(writer.bytes());
  expect(segments[1]).toMatchObject({
    ipVersion: 4,
    source0: 0,
    source1: 0,
    source2: 0,
    optionsLength: 0,
    flags: 0,
  });
});
