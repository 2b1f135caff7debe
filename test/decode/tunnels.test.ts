import { describe, expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildEthernet, buildIp, buildTcpDatagram, concat } from '../support/packets.ts';
import fc from '../support/property.ts';
import { addressText, decodeAll } from '../support/read-all.ts';
import {
  buildGeneve,
  buildGre,
  buildGtpUser,
  buildIpInIp,
  buildMpls,
  buildPppoe,
  buildUdp,
  buildVxlan,
  buildVxlanGpe,
  bytesOf,
  half,
  OUTER,
  word,
} from '../support/tunnels.ts';

const V4 = { src: '192.0.2.1', dst: '198.51.100.2', sport: 40000, dport: 443, seq: 77, payloadLength: 3 };
const V6 = { ...V4, src: '2001:db8::1', dst: '2001:db8::2' };
const OUTER_V6 = { src: '2001:db8:f::1', dst: '2001:db8:f::2' };
const INNER_4 = buildTcpDatagram(V4);
const INNER_6 = buildTcpDatagram(V6);
const FRAME_4 = buildEthernet(INNER_4);
const FRAME_6 = buildEthernet(INNER_6);

async function decode(packets: readonly Uint8Array[], linkType = 1) {
  const writer = new PcapWriter({ linkType });
  for (const bytes of packets) writer.write({ time: 0n, bytes });
  return decodeAll(writer.bytes());
}

/** Name, the frame, IP version inside. */
const OPENED: readonly (readonly [string, Uint8Array, 4 | 6])[] = [
  ['VXLAN', buildEthernet(buildVxlan(FRAME_4)), 4],
  ['VXLAN over IPv6', buildEthernet(buildVxlan(FRAME_6, 1, OUTER_V6)), 6],
  ['VXLAN by the port that Linux had first', buildEthernet(buildVxlan(FRAME_4, 100, OUTER, 8472)), 4],
  ['VXLAN with a VLAN tag inside', buildEthernet(buildVxlan(buildEthernet(INNER_4, 9))), 4],
  ['VXLAN-GPE', buildEthernet(buildVxlanGpe(INNER_4)), 4],
  ['VXLAN-GPE with IPv6', buildEthernet(buildVxlanGpe(INNER_6)), 6],
  ['Geneve', buildEthernet(buildGeneve(FRAME_4)), 4],
  ['Geneve with options', buildEthernet(buildGeneve(FRAME_6, new Uint8Array(12))), 6],
  ['GTP-U', buildEthernet(buildGtpUser(INNER_4)), 4],
  ['GTP-U with an extension', buildEthernet(buildGtpUser(INNER_6, 7, bytesOf(1, 0, 9, 0))), 6],
  [
    'GTP-U with two extensions',
    buildEthernet(buildGtpUser(INNER_4, 7, bytesOf(1, 0, 9, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0))),
    4,
  ],
  ['GRE', buildEthernet(buildGre(INNER_4)), 4],
  ['GRE with IPv6', buildEthernet(buildGre(INNER_6)), 6],
  ['GRE with checksum, key and sequence number', buildEthernet(buildGre(INNER_4, { flags: 0xb000 })), 4],
  ['GRE with Ethernet', buildEthernet(buildGre(FRAME_4, { protocol: 0x6558, flags: 0x2000 })), 4],
  ['ERSPAN I', buildEthernet(buildGre(FRAME_4, { protocol: 0x88be })), 4],
  [
    'ERSPAN II',
    buildEthernet(buildGre(concat(word(0x10010005), word(0), FRAME_4), { protocol: 0x88be, flags: 0x1000 })),
    4,
  ],
  [
    'ERSPAN III',
    buildEthernet(
      buildGre(concat(word(0x20010005), word(0), word(0), FRAME_6), { protocol: 0x22eb, flags: 0x1000 }),
    ),
    6,
  ],
  [
    'ERSPAN III with a part of the platform',
    buildEthernet(
      buildGre(concat(word(0x20010005), word(0), word(1), word(0), word(0), FRAME_4), {
        protocol: 0x22eb,
        flags: 0x1000,
      }),
    ),
    4,
  ],
  ['IPv4 in IPv4', buildEthernet(buildIpInIp(INNER_4)), 4],
  ['IPv6 in IPv4', buildEthernet(buildIpInIp(INNER_6)), 6],
  ['IPv4 in IPv6', buildEthernet(buildIpInIp(INNER_4, OUTER_V6)), 4],
  ['IPv6 in IPv6', buildEthernet(buildIpInIp(INNER_6, OUTER_V6)), 6],
  ['EtherIP', buildEthernet(buildIp(97, concat(half(0x3000), FRAME_4), OUTER)), 4],
  ['PPPoE', buildPppoe(INNER_4), 4],
  ['PPPoE with IPv6', buildPppoe(INNER_6), 6],
  ['MPLS', buildMpls(INNER_4), 4],
  ['MPLS with one label and IPv6', buildMpls(INNER_6, [2]), 6],
  ['MPLS with a control word and Ethernet', buildMpls(concat(word(3), FRAME_4)), 4],
  ['MPLS with Ethernet alone', buildMpls(FRAME_4), 4],
  ['802.1ah', buildEthernet(concat(word(0x1234), FRAME_4), [], 0x88e7), 4],
  ['MPLS in UDP', buildEthernet(buildUdp(6635, concat(word(0x101ff), INNER_4))), 4],
  ['GRE in IP in IP', buildEthernet(buildIpInIp(buildGre(INNER_4))), 4],
  ['VXLAN in MPLS', buildMpls(buildVxlan(FRAME_6)), 6],
];

describe('a segment is found inside', () => {
  for (const [name, packet, version] of OPENED) {
    test(name, async () => {
      const { segments, codes } = await decode([packet]);
      expect(codes).toEqual([]);
      expect(segments).toHaveLength(1);
      const [segment] = segments;
      expect(segment).toMatchObject({ ipVersion: version, sourcePort: 40000, seq: 77, length: 3 });
      expect(segment?.context).toBeGreaterThan(0);
      expect(segment && addressText(segment, 'source')).toBe(
        version === 4 ? '192.0.2.1' : '2001:db8:0:0:0:0:0:1',
      );
    });
  }

  test('Linux cooked captures that hold whole Ethernet frames', async () => {
    for (const protocol of [1, 3]) {
      const one = concat(new Uint8Array(14), half(protocol), FRAME_4);
      const two = concat(half(protocol), new Uint8Array(18), FRAME_6);
      expect((await decode([one], 113)).segments).toMatchObject([{ context: 0, ipVersion: 4, seq: 77 }]);
      expect((await decode([two], 276)).segments).toMatchObject([{ context: 0, ipVersion: 6, seq: 77 }]);
    }
  });

  test('Linux cooked captures with LLC and SNAP', async () => {
    const snap = concat(bytesOf(0xaa, 0xaa, 3, 0, 0, 0), half(0x0800), INNER_4);
    expect((await decode([concat(new Uint8Array(14), half(4), snap)], 113)).segments).toHaveLength(1);
  });

  test('PPP, with and without its address', async () => {
    const bare = concat(half(0x0021), INNER_4);
    const whole = concat(half(0xff03), half(0x0057), INNER_6);
    expect((await decode([bare, whole], 9)).segments).toMatchObject([{ ipVersion: 4 }, { ipVersion: 6 }]);
    expect((await decode([whole], 50)).segments).toHaveLength(1);
  });
});

describe('which tunnel it is', () => {
  const contextsOf = async (...packets: Uint8Array[]): Promise<number[]> =>
    (await decode(packets)).segments.map(({ context }) => context);
  const back = { src: '203.0.113.2', dst: '203.0.113.1' };

  test('is the same in both directions', async () => {
    expect(
      await contextsOf(
        buildEthernet(buildVxlan(FRAME_4)),
        buildEthernet(buildVxlan(FRAME_4, 100, back)),
        buildEthernet(buildGtpUser(INNER_4, 7)),
        buildEthernet(buildGtpUser(INNER_4, 8)),
        buildMpls(INNER_4, [16]),
        buildMpls(INNER_4, [99]),
      ),
    ).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test('is the same for both relays of 6to4 (RFC 3068)', async () => {
    const there = buildTcpDatagram({ ...V6, src: '2002:c000:201::1' });
    const backwards = buildTcpDatagram({ ...V6, src: '2001:db8::2', dst: '2002:c000:201::1' });
    expect(
      await contextsOf(
        buildEthernet(buildIpInIp(there, { src: '192.0.2.1', dst: '192.88.99.1' })),
        buildEthernet(buildIpInIp(backwards, { src: '203.0.113.7', dst: '192.0.2.1' })),
      ),
    ).toEqual([1, 1]);
  });

  test('depends on its identifier, on the addresses around it, and on the tunnels around it', async () => {
    expect(
      await contextsOf(
        FRAME_4,
        buildEthernet(buildVxlan(FRAME_4, 1)),
        buildEthernet(buildVxlan(FRAME_4, 2)),
        buildEthernet(buildVxlan(FRAME_4, 1, { src: '203.0.113.1', dst: '203.0.113.3' })),
        buildEthernet(buildGre(INNER_4, { flags: 0x2000, key: 1 })),
        buildEthernet(buildGre(INNER_4, { flags: 0x2000, key: 2 })),
        buildPppoe(INNER_4, 1),
        buildPppoe(INNER_4, 2),
        buildMpls(buildVxlan(FRAME_4, 1)),
      ),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9]);
  });
});

/** Name, the frame, what is named. */
const CLOSED: readonly (readonly [string, Uint8Array, string])[] = [
  ['GRE version 1', buildEthernet(buildGre(INNER_4, { flags: 0x2001, protocol: 0x880b })), 'GRE'],
  ['GRE with a route', buildEthernet(buildGre(INNER_4, { flags: 0x4000 })), 'GRE'],
  ['GRE with PPP', buildEthernet(buildGre(INNER_4, { protocol: 0x880b })), 'PPP'],
  ['VXLAN without an identifier', buildEthernet(buildUdp(4789, concat(word(0), word(0), FRAME_4))), 'VXLAN'],
  ['GTP of version 2', buildEthernet(buildUdp(2152, concat(word(0x48ff0000), word(0)))), 'GTP-U'],
  ['ESP', buildEthernet(buildIp(50, new Uint8Array(40), OUTER)), 'ESP'],
  ['ESP in UDP', buildEthernet(buildUdp(4500, concat(word(5), word(1)))), 'ESP'],
  ['MACsec', buildEthernet(new Uint8Array(40), [], 0x88e5), 'MACsec'],
  ['compressed PPP', buildEthernet(concat(word(0x11000005), half(3), bytesOf(0xfd, 1)), [], 0x8864), 'PPP'],
  ['MPLS with something else', buildMpls(new Uint8Array(40).fill(0x90)), 'MPLS'],
];

describe('what is not opened is counted and named', () => {
  for (const [name, packet, named] of CLOSED) {
    test(name, async () => {
      const { segments, codes, messages } = await decode([packet, packet]);
      expect(segments).toEqual([]);
      expect(codes).toEqual(['tunnel-not-opened']);
      expect(messages).toEqual([
        `2 packets carry other packets inside (${named}), which were not looked into (first: frame 1).`,
      ]);
    });
  }

  test('tunnels in tunnels, from the ninth on', async () => {
    let packet = INNER_4;
    for (let depth = 0; depth < 8; depth++) packet = buildIpInIp(packet);
    expect((await decode([buildEthernet(packet)])).segments).toHaveLength(1);
    const deeper = await decode([buildEthernet(buildIpInIp(packet))]);
    expect(deeper).toMatchObject({ segments: [], codes: ['tunnel-not-opened'] });
  });

  test('Linux cooked captures of an unknown protocol', async () => {
    const { codes, messages } = await decode([concat(new Uint8Array(14), half(3), new Uint8Array(40))], 113);
    expect(codes).toEqual(['tunnel-not-opened']);
    expect(messages[0]).toContain('Linux cooked, protocol 3');
  });
});

test('messages of the tunnels themselves are no packets', async () => {
  const { segments, codes } = await decode([
    buildEthernet(buildUdp(4500, bytesOf(0xff))),
    buildEthernet(buildUdp(4500, concat(word(0), word(1)))),
    buildEthernet(buildUdp(2152, concat(word(0x32010000), word(0), word(0)))),
    buildEthernet(buildUdp(1701, half(0xc802))),
    buildEthernet(buildGre(new Uint8Array(0), { protocol: 0 })),
    buildEthernet(concat(word(0x11000005), half(4), half(0xc021), half(0)), [], 0x8864),
    buildMpls(concat(word(0x10000007), new Uint8Array(20))),
  ]);
  expect({ segments, codes }).toEqual({ segments: [], codes: [] });
});

test('no change and no cut of a tunnel makes the decoder throw, or read behind the packet', async () => {
  const packets = OPENED.map(([, packet]) => packet);
  const change = fc.tuple(fc.nat(120), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...packets),
      fc.array(change, { maxLength: 6 }),
      fc.nat(120),
      async (packet, changes, missing) => {
        const changed = packet.slice(0, Math.max(0, packet.length - missing));
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
        const { segments } = await decode([changed, new Uint8Array(80).fill(0x45)]);
        for (const { optionsOffset, optionsLength, frame } of segments) {
          if (frame !== 1) continue;
          // Behind the capture's header and the record's.
          expect(optionsOffset + optionsLength).toBeLessThanOrEqual(24 + 16 + changed.length + 20);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
