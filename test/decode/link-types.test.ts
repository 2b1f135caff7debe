import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { LINK_TYPES } from '../../src/decode/link/link-layers.ts';
import { buildEthernet, buildIp, buildTcpDatagram, buildTcpSegment, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { decodeAll } from '../support/read-all.ts';
import { runs } from '../support/thorough.ts';
import { buildUdp, bytesOf, half, OUTER } from '../support/tunnels.ts';

const DATAGRAM = buildTcpDatagram({
  src: '192.0.2.1',
  dst: '192.0.2.2',
  sport: 40000,
  dport: 80,
  seq: 7,
  flags: 2,
});
const DATAGRAM_6 = buildTcpDatagram({
  src: '2001:db8::1',
  dst: '2001:db8::2',
  sport: 40000,
  dport: 80,
  seq: 7,
  flags: 2,
});
const FRAME = buildEthernet(DATAGRAM);
const MAC = [2, 0, 0, 0, 0, 1];
const MACS = bytesOf(...MAC, ...MAC);
const SNAP = bytesOf(0xaa, 0xaa, 3, 0, 0, 0, 8, 0);
const little = (value: number): Uint8Array =>
  bytesOf(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
const none = (length: number): Uint8Array => new Uint8Array(length);

/** A data frame of IEEE 802.11. */
function wlan(control: number, flags: number, behind: Uint8Array = none(0), fragment = 0): Uint8Array {
  return concat(
    bytesOf(control, flags, 0, 0),
    bytesOf(...MAC, ...MAC, ...MAC),
    bytesOf(fragment, 0),
    behind,
    SNAP,
    DATAGRAM,
  );
}

const WLAN = wlan(0x08, 0x02);
const QOS = wlan(0x88, 0x02, none(2));
const SUBFRAME = concat(MACS, half(8 + DATAGRAM.length));
const AGGREGATE = wlan(0x88, 0x02, concat(bytesOf(0x80, 0), SUBFRAME));
const RADIOTAP = bytesOf(0, 0, 8, 0, 0, 0, 0, 0);
/** Timer and flags, which say that the header of the frame is padded. */
const RADIOTAP_PADDED = concat(bytesOf(0, 0, 17, 0, 3, 0, 0, 0), none(8), bytesOf(0x20));
const RADIOTAP_WORDS = concat(bytesOf(0, 0, 24, 0, 0, 0, 0, 0x80), bytesOf(0, 0, 0, 0), none(12));

/** By what it is: the link type, and a packet that holds a SYN. */
const READ: readonly (readonly [string, number, Uint8Array])[] = [
  ['802.11', 105, WLAN],
  ['802.11 with QoS', 105, QOS],
  ['802.11 between access points', 105, wlan(0x08, 0x03, none(6))],
  ['802.11 with QoS and HT control', 105, wlan(0x88, 0x82, none(6))],
  ['802.11, an A-MSDU of one frame', 105, AGGREGATE],
  ['radiotap', 127, concat(RADIOTAP, WLAN)],
  ['radiotap with two words', 127, concat(RADIOTAP_WORDS, QOS)],
  ['radiotap, padded', 127, concat(RADIOTAP_PADDED, wlan(0x88, 0x02, none(4)))],
  ['Prism', 119, concat(little(0x44), little(144), none(136), WLAN)],
  ['AVS as Prism', 119, concat(bytesOf(0x80, 0x21, 0x10, 1, 0, 0, 0, 64), none(56), WLAN)],
  ['AVS', 163, concat(bytesOf(0x80, 0x21, 0x10, 1, 0, 0, 0, 64), none(56), QOS)],
  ['PPI', 192, concat(bytesOf(0, 0, 8, 0), little(105), WLAN)],
  ['PPI with Ethernet', 192, concat(bytesOf(0, 0, 12, 0), little(1), none(4), FRAME)],
  ['token ring', 6, concat(bytesOf(0x10, 0x40), MACS, SNAP, DATAGRAM)],
  [
    'token ring over bridges',
    6,
    concat(bytesOf(0x10, 0x40, ...MAC, 0x82, ...MAC.slice(1)), bytesOf(6, 0, 0, 0, 0, 0), SNAP, DATAGRAM),
  ],
  ['FDDI', 10, concat(bytesOf(0x50), MACS, SNAP, DATAGRAM)],
  ['ARCNET, RFC 1051', 7, concat(bytesOf(1, 2, 240), DATAGRAM)],
  ['ARCNET, RFC 1201', 7, concat(bytesOf(1, 2, 212, 0, 0, 9), DATAGRAM)],
  ['ARCNET with an exception', 7, concat(bytesOf(1, 2, 212, 0xff, 0, 0, 0, 0, 0, 9), DATAGRAM)],
  ['ARCNET of Linux', 129, concat(bytesOf(1, 2, 0, 0, 212, 0, 0, 9), DATAGRAM)],
  ['HDLC of Cisco', 104, concat(bytesOf(0x0f, 0, 8, 0), DATAGRAM)],
  ['PPP in HDLC', 50, concat(bytesOf(0xff, 3, 0, 0x21), DATAGRAM)],
  [
    'NFLOG',
    239,
    concat(
      bytesOf(2, 0, 0, 0),
      bytesOf(8, 0, 1, 0, 8, 0, 1, 0),
      bytesOf((4 + DATAGRAM.length) & 255, 0, 9, 0),
      DATAGRAM,
    ),
  ],
  ['BSD ENC', 109, concat(little(2), none(8), DATAGRAM)],
  ['pflog', 117, concat(bytesOf(61, 2, 0, 0), none(60), DATAGRAM)],
  ['IP over InfiniBand', 242, concat(bytesOf(0x60), none(39), bytesOf(8, 0, 0, 0), DATAGRAM)],
  ['PKTAP', 258, concat(little(108), little(1), little(1), none(96), FRAME)],
  ['Juniper Ethernet', 178, concat(bytesOf(0x4d, 0x47, 0x43, 0x80, 0, 6, 1, 1, 0, 2, 1, 0), FRAME)],
  ['DSA of Broadcom', 281, concat(FRAME.subarray(0, 12), none(4), FRAME.subarray(12))],
  ['DSA of Broadcom in front', 282, concat(none(4), FRAME)],
  ['DSA', 284, concat(FRAME.subarray(0, 12), bytesOf(0xc0, 0, 0, 0), FRAME.subarray(12))],
  [
    'DSA with an EtherType',
    285,
    concat(FRAME.subarray(0, 12), bytesOf(0xda, 0xda, 0, 0, 0xc0, 0, 0, 0), FRAME.subarray(12)),
  ],
  ['E-Tag', 1, concat(FRAME.subarray(0, 12), bytesOf(0x89, 0x3f, 0, 0, 0, 1, 0, 0), FRAME.subarray(12))],
  ['VN-Tag', 1, concat(FRAME.subarray(0, 12), bytesOf(0x89, 0x26, 0, 0, 0, 1), FRAME.subarray(12))],
  ['L2TP', 1, buildEthernet(buildUdp(1701, concat(bytesOf(0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21), DATAGRAM)))],
  [
    'L2TP with all fields',
    1,
    buildEthernet(
      buildUdp(
        1701,
        concat(bytesOf(0x4a, 2, 0, 17 + DATAGRAM.length, 0, 1, 0, 2, 0, 0, 0, 0, 0, 2, 9, 9, 0x21), DATAGRAM),
      ),
    ),
  ],
  ['Teredo', 1, buildEthernet(buildUdp(3544, DATAGRAM_6))],
  [
    'Teredo with origin',
    1,
    buildEthernet(buildUdp(3544, concat(bytesOf(0, 0, 1, 2, 3, 4, 5, 6), DATAGRAM_6))),
  ],
  [
    'Teredo with authentication and origin',
    1,
    buildEthernet(
      buildUdp(3544, concat(bytesOf(0, 1, 1, 1, 7, 7), none(9), bytesOf(0, 0, 1, 2, 3, 4, 5, 6), DATAGRAM_6)),
    ),
  ],
  [
    'AYIYA',
    1,
    buildEthernet(
      buildUdp(5072, concat(bytesOf(0x41, 0x52, 0x11, 41, 0, 0, 0, 1), none(16), none(20), DATAGRAM_6)),
    ),
  ],
  ['GRE over UDP', 1, buildEthernet(buildUdp(4754, concat(bytesOf(0, 0, 8, 0), DATAGRAM)))],
];

/** Link types that tshark 4.0 does not know. */
const NOT_IN_TSHARK: readonly string[] = [
  'DSA of Broadcom',
  'DSA of Broadcom in front',
  'DSA',
  'DSA with an EtherType',
];

function captureOf(linkType: number, packet: Uint8Array): Uint8Array {
  const writer = new PcapWriter({ linkType });
  writer.write({ time: 0n, bytes: packet });
  return writer.bytes();
}

describe('link types and tunnels', () => {
  it.each(READ)('%s is read', async (_, linkType, packet) => {
    const { segments, codes } = await decodeAll(captureOf(linkType, packet));
    expect(codes).toEqual([]);
    expect(segments).toMatchObject([
      { sourcePort: 40_000, destinationPort: 80, seq: 7, flags: 2, length: 0 },
    ]);
  });

  it.each(READ)('%s is no segment where it is cut, and never fails', async (_, linkType, packet) => {
    for (let length = 0; length < packet.length - 20; length++) {
      const writer = new PcapWriter({ linkType });
      writer.write({ time: 0n, bytes: packet.subarray(0, length), original: packet.length });
      expect((await decodeAll(writer.bytes())).segments, `${length} bytes`).toEqual([]);
    }
  });

  it.each<[string, number, Uint8Array, string]>([
    ['encrypted 802.11', 105, wlan(0x08, 0x42), 'encrypted 802.11'],
    ['a part of an 802.11 frame', 105, wlan(0x08, 0x06), 'a part of a frame'],
    ['the last part of one', 105, wlan(0x08, 0x02, none(0), 2), 'a part of a frame'],
    ['an A-MSDU of two frames', 105, concat(AGGREGATE, SUBFRAME, SNAP, DATAGRAM), 'A-MSDU'],
    ['a part of an ARCNET packet', 7, concat(bytesOf(1, 2, 212, 1, 0, 9), DATAGRAM), 'a part of a frame'],
    ['L2TP version 3', 1, buildEthernet(buildUdp(1701, concat(bytesOf(0, 3, 0, 0), DATAGRAM))), 'L2TP'],
    ['WireGuard', 1, buildEthernet(buildUdp(51_820, concat(bytesOf(4, 0, 0, 0), none(60)))), 'WireGuard'],
  ])('%s is named and not opened', async (_, linkType, packet, name) => {
    const { segments, messages } = await decodeAll(captureOf(linkType, packet));
    expect(segments).toEqual([]);
    expect(messages.join()).toContain(`(${name})`);
  });

  it.each<[string, number, Uint8Array]>([
    ['802.11 management', 105, concat(bytesOf(0x80, 0), none(40))],
    ['802.11 without data', 105, wlan(0x48, 0x01)],
    ['an L2TP control message', 1, buildEthernet(buildUdp(1701, concat(bytesOf(0xc8, 2, 0, 12), none(8))))],
    ['another packet to the port of WireGuard', 1, buildEthernet(buildUdp(51_820, none(60)))],
    ['a PPI header in a PPI header', 192, concat(bytesOf(0, 0, 8, 0), little(192), none(60))],
    [
      'UDP between tunnels',
      1,
      buildEthernet(buildIp(17, concat(half(3544), half(9), half(16), half(0), none(8)), OUTER)),
    ],
    ['TCP over nothing', 109, concat(little(2), none(8), buildTcpSegment({}).subarray(0, 4))],
  ])('%s is no segment', async (_, linkType, packet) => {
    expect((await decodeAll(captureOf(linkType, packet))).segments).toEqual([]);
  });

  it('reads whatever there is without failing', async () => {
    const linkType = fc.constantFrom(...LINK_TYPES.keys());
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 });
    const packet = fc.constantFrom(...READ.map(([, , bytes]) => bytes));
    await fc.assert(
      fc.asyncProperty(linkType, packet, changes, async (type, bytes, edits) => {
        const copy = bytes.slice();
        for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
        await decodeAll(captureOf(type, copy));
      }),
      { numRuns: runs(6000) },
    );
  });
});

describe('tshark reads the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastack-links-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const isThere = spawnSync('tshark', ['--version']).status === 0;
  if (!isThere) console.log('skipped: link types against tshark, which is not installed');

  it.skipIf(!isThere)('in every link type that it knows', () => {
    const wrong = READ.flatMap(([name, linkType, packet], index) => {
      const path = join(folder, `${index}.pcap`);
      writeFileSync(path, captureOf(linkType, packet));
      const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-T', 'fields', '-e', 'tcp.srcport'], {
        encoding: 'utf8',
      });
      return stdout.trim() === '40000' ? [] : [name];
    });
    expect(wrong).toEqual(NOT_IN_TSHARK);
  });
});
