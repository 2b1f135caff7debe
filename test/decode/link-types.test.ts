import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { PcapngWriter } from '../../src/capture/write-pcapng.ts';
import { LINK_TYPES } from '../../src/decode/link/link-layers.ts';
import { AGGREGATE, DATAGRAM, little, none, READ, SNAP, SUBFRAME, wlan } from '../support/link-packets.ts';
import { buildEthernet, buildIp, buildTcpSegment, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { decodeAll } from '../support/read-all.ts';
import { runs } from '../support/thorough.ts';
import { buildUdp, bytesOf, half, OUTER } from '../support/tunnels.ts';

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
    const path = join(folder, 'all.pcapng');
    const writer = new PcapngWriter({ application: 'lastack' });
    for (const [, linkType, bytes] of READ) {
      const at = writer.interface({ linkType, resolution: 'ns' });
      writer.packet({ interface: at, time: 0n, bytes, original: bytes.length, comments: [] });
    }
    writeFileSync(path, writer.bytes());
    const args = [
      '-n',
      '-o',
      'udp.try_heuristic_first:TRUE',
      '-r',
      path,
      '-T',
      'fields',
      '-e',
      'tcp.srcport',
    ];
    const { stdout } = spawnSync('tshark', args, { encoding: 'utf8' });
    const ports = stdout.split('\n');
    const wrong = READ.filter((_, index) => ports[index] !== '40000').map(([name]) => name);
    expect(wrong).toEqual(NOT_IN_TSHARK);
  });
});
