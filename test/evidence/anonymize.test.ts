import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { fromBytes } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { createOptions, readOptions, type TcpOptions } from '../../src/decode/tcp-options.ts';
import { newTreatment, type Treatment, treat } from '../../src/evidence/evidence-packet.ts';
import { Pseudonyms } from '../../src/evidence/pseudonyms.ts';
import { MAC, READ } from '../support/link-packets.ts';
import {
  buildEthernet,
  buildExtensionHeader,
  buildIp,
  buildTcpDatagram,
  buildTcpPacket,
  buildTcpSegment,
  concat,
  internetChecksum,
  type PacketFields,
} from '../support/packets.ts';
import fc from '../support/property.ts';
import { latin, runsOf } from './sources.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index * 5 + 1);

/** One packet through the anonymiser: what comes out, null where it was dropped, and what was counted. */
async function anonymized(
  packet: Uint8Array,
  linkType = 1,
): Promise<{ bytes: Uint8Array | null; treatment: Treatment }> {
  const treatment = newTreatment();
  const writer = new PcapWriter({ linkType });
  writer.write({ time: 0n, bytes: packet });
  const options = { payload: false, pseudonyms: new Pseudonyms(KEY) };
  const results: (Uint8Array | null)[] = [];
  await readCapture(fromBytes(writer.bytes()), {
    record: (record) => results.push(treat(record, options, treatment)?.bytes ?? null),
  });
  return { bytes: results[0] ?? null, treatment };
}

interface Seen {
  readonly facts: readonly unknown[];
  readonly options: TcpOptions;
  readonly ipId: number;
}

/** What the decoder, and so every rule, sees of a packet. */
async function seen(packet: Uint8Array, original: number, linkType = 1): Promise<Seen> {
  const writer = new PcapWriter({ linkType });
  writer.write({ time: 0n, bytes: packet, original });
  const found: Seen[] = [];
  const decoder = new Decoder({
    segment(segment) {
      const options = createOptions();
      readOptions(segment, options);
      const { ipVersion, sourcePort, destinationPort, seq, ack, flags, window, length, ttl, ipId } = segment;
      found.push({
        facts: [ipVersion, sourcePort, destinationPort, seq, ack, flags, window, length, ttl],
        options,
        ipId,
      });
    },
  });
  await readCapture(fromBytes(writer.bytes()), decoder);
  const [only] = found;
  if (!only) throw new Error('no segment');
  return only;
}

const byte = fc.integer({ min: 0, max: 255 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const option = fc.oneof(
  fc.constant(Uint8Array.of(1)),
  fc.constant(Uint8Array.of(2, 4, 5, 180)),
  bytes(8).map((value) => Uint8Array.of(8, 10, ...value)),
  bytes(8).map((value) => Uint8Array.of(34, 10, ...value)),
  bytes(8).map((value) => Uint8Array.of(30, 11, 0x01, ...value)),
  bytes(16).map((value) => Uint8Array.of(19, 18, ...value)),
  bytes(8).map((value) => Uint8Array.of(253, 12, 0xf9, 0x89, ...value)),
  fc
    .tuple(fc.integer({ min: 35, max: 250 }), bytes(6))
    .map(([kind, value]) => Uint8Array.of(kind, 8, ...value)),
);
const options = fc
  .array(option, { maxLength: 5 })
  .map((list) => concat(...list))
  .filter((list) => list.length <= 40);
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const ipv6 = fc
  .array(fc.integer({ min: 0x1000, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'));
const number = fc.integer({ min: 0, max: 0xffff_ffff });
const fields = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6)).chain(([src, dst]) =>
  fc.record<PacketFields>({
    src: fc.constant(src),
    dst: fc.constant(dst),
    sport: fc.integer({ min: 0, max: 65_535 }),
    dport: fc.integer({ min: 0, max: 65_535 }),
    seq: number,
    ack: number,
    flags: fc.integer({ min: 0, max: 255 }),
    window: fc.integer({ min: 0, max: 65_535 }),
    ttl: byte,
    ipId: fc.integer({ min: 0, max: 65_535 }),
    options,
    payload: fc.uint8Array({ maxLength: 64 }),
    vlan: fc.array(fc.integer({ min: 1, max: 4094 }), { maxLength: 2 }),
  }),
);

/** Of an untagged or tagged frame: whether its checksums are right, over a payload of zeros where it was cut. */
function checksums(frame: Uint8Array, tags: number, payload: number): { ip: boolean; tcp: boolean } {
  const ip = 14 + tags * 4;
  const isIpv4 = (frame[ip] ?? 0) >> 4 === 4;
  const tcp = ip + (isIpv4 ? ((frame[ip] ?? 0) & 15) * 4 : 40);
  const addresses = isIpv4 ? frame.slice(ip + 12, ip + 20) : frame.slice(ip + 8, ip + 40);
  const header = ((frame[tcp + 12] ?? 0) >> 4) * 4;
  const segment = concat(frame.slice(tcp, tcp + header), new Uint8Array(payload));
  const rest = Uint8Array.of(0, 6, (header + payload) >> 8, (header + payload) & 0xff);
  return {
    ip: !isIpv4 || internetChecksum([frame.slice(ip, tcp)]) === 0,
    tcp: internetChecksum([addresses, rest, segment]) === 0,
  };
}

describe('an anonymised packet', () => {
  it('shows the rules what it showed, and nothing of addresses, payload and options that identify', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const packet = buildTcpPacket(given);
        const { bytes: changed } = await anonymized(packet);
        if (!changed) throw new Error('dropped');
        const [before, after] = [await seen(packet, packet.length), await seen(changed, packet.length)];
        expect(after.facts).toEqual(before.facts);
        const { timestampValue: _, timestampEcho: __, ...same } = before.options;
        expect(after.options).toMatchObject(same);
        expect(before.ipId === 0).toBe(after.ipId === 0);
        const tags = [given.vlan ?? []].flat().length;
        expect(checksums(changed, tags, given.payload?.length ?? 0)).toEqual({ ip: true, tcp: true });
        // Sixteen-byte addresses cannot stand there by chance; the hardware addresses are those of the builder.
        const runs = runsOf(changed, 16);
        if (before.facts[0] === 6) {
          for (const at of [22, 38])
            expect(runs).not.toContain(latin(packet.slice(at + tags * 4, at + 16 + tags * 4)));
        }
        expect(latin(changed)).not.toContain(latin(packet.slice(0, 6)));
      }),
      { numRuns: 300 },
    );
  });

  it.each([19, 29, 30, 34, 77, 253])(
    'keeps kind and length of option %i and none of its content',
    async (kind) => {
      const secret = Uint8Array.from({ length: 12 }, (_, index) => 0xa1 + index);
      const { bytes: changed } = await anonymized(
        buildTcpPacket({ options: Uint8Array.of(kind, 14, ...secret) }),
      );
      const tcp = changed?.slice(34) ?? new Uint8Array(0);
      expect([...tcp.slice(20, 22)]).toEqual([kind, 14]);
      // MPTCP keeps the byte of its subtype.
      expect([...tcp.slice(kind === 30 ? 23 : 22, 34)].every((value) => value === 0)).toBe(true);
    },
  );

  it('keeps wrong checksums wrong, and says how many there were', async () => {
    for (const payload of [new Uint8Array(0), Uint8Array.of(1, 2, 3)]) {
      const packet = buildTcpPacket({ payload });
      packet[50] = (packet[50] ?? 0) ^ 0x10;
      packet[24] = (packet[24] ?? 0) ^ 0x10;
      const { bytes: changed, treatment } = await anonymized(packet);
      expect(checksums(changed ?? packet, 0, payload.length)).toEqual({ ip: false, tcp: false });
      expect(treatment.checksums).toEqual({ right: 0, wrong: 1, unknown: 0 });
    }
  });

  it('has no checksum that tells the payload', async () => {
    const one = await anonymized(buildTcpPacket({ payload: Uint8Array.of(0x41) }));
    const other = await anonymized(buildTcpPacket({ payload: Uint8Array.of(0x42) }));
    expect(one.bytes).toEqual(other.bytes);
  });

  it('has its clocks moved by the same for one host, so that differences stay', async () => {
    const stamp = (value: number, echo: number) => Uint8Array.of(8, 10, 0, 0, 0, value, 0, 0, 0, echo);
    const at = async (options: Uint8Array, from: Partial<PacketFields>) => {
      const packet = buildTcpPacket({ ...from, options });
      const { bytes: changed } = await anonymized(packet);
      return await seen(changed ?? packet, packet.length);
    };
    const there = { src: '10.0.0.1', dst: '10.0.0.2' };
    const back = { src: '10.0.0.2', dst: '10.0.0.1' };
    const first = await at(stamp(10, 50), { ...there, ipId: 100 });
    const later = await at(stamp(17, 50), { ...there, ipId: 103 });
    const answer = await at(stamp(50, 17), back);
    expect(first.options.timestampValue).not.toBe(10);
    expect((later.options.timestampValue - first.options.timestampValue) | 0).toBe(7);
    expect(answer.options.timestampEcho).toBe(later.options.timestampValue);
    expect(answer.options.timestampValue).toBe(first.options.timestampEcho);
    expect((later.ipId - first.ipId + 65_535) % 65_535).toBe(3);
  });

  it('loses the content of IP options and extension headers, and padding behind it', async () => {
    const recorded = concat(Uint8Array.of(7, 7, 8), Uint8Array.of(9, 9, 9, 9), Uint8Array.of(0));
    const packet = concat(buildTcpPacket({ ipOptions: recorded }), Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
    const { bytes: changed, treatment } = await anonymized(packet);
    expect(changed?.length).toBe(packet.length - 4);
    expect([...(changed?.slice(34, 42) ?? [])]).toEqual(new Array(8).fill(1));
    expect(checksums(changed ?? packet, 0, 0).ip).toBe(true);
    expect(treatment.trailerBytes).toBe(4);

    const header = buildExtensionHeader(6, 16);
    header.fill(0xab, 2);
    const datagram = buildIp(60, concat(header, buildTcpSegment({})), { src: 'fd00::1' });
    const { bytes: padded } = await anonymized(buildEthernet(datagram));
    expect([...(padded?.slice(54, 70) ?? [])]).toEqual([6, 1, 1, 12, ...new Array(12).fill(0)]);
  });

  it.each([43, 51, 135])('is dropped where IPv6 header %i stands before TCP, and counted', async (kind) => {
    const header = buildExtensionHeader(6, 16);
    if (kind === 51) header[1] = 2;
    const datagram = buildIp(kind, concat(header, buildTcpSegment({})), { src: 'fd00::1' });
    const { bytes: changed, treatment } = await anonymized(buildEthernet(datagram));
    expect(changed).toBeNull();
    expect(treatment.dropped).toEqual({ 'ipv6-extension-header': 1 });
  });

  it.each([
    [113, Uint8Array.of(0, 0, 0, 1, 0, 6, 2, 3, 4, 5, 6, 7, 0, 0, 8, 0), 6],
    [276, Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 6, 2, 3, 4, 5, 6, 7, 0, 0), 12],
  ])('of link type %i has another hardware address and no interface index', async (linkType, header, at) => {
    const packet = concat(header, buildTcpDatagram({}));
    const { bytes: changed } = await anonymized(packet, linkType);
    expect(latin(changed ?? packet)).not.toContain(latin(header.slice(at, at + 6)));
    if (linkType === 276) expect([...(changed?.slice(4, 8) ?? [])]).toEqual([0, 0, 0, 0]);
    const before = await seen(packet, packet.length, linkType);
    expect((await seen(changed ?? packet, packet.length, linkType)).facts).toEqual(before.facts);
  });

  it.each(READ)('of %s has nothing of its link layer', async (_, linkType, packet) => {
    const secret = latin(Uint8Array.from(MAC));
    const { bytes: changed } = await anonymized(packet, linkType);
    if (changed === null) throw new Error('it was dropped');
    expect(latin(changed)).not.toContain(secret);
    // The frames of switches with tags have the addresses of Ethernet in front.
    expect(latin(changed)).not.toContain(latin(Uint8Array.of(2, 0, 0, 0, 0, 2)));
  });

  it.each([
    ['E-Tag', Uint8Array.of(0x89, 0x3f, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66)],
    ['VN-Tag', Uint8Array.of(0x89, 0x26, 0x11, 0x22, 0x33, 0x44)],
    ['security group tag', Uint8Array.of(0x89, 0x09, 1, 1, 0, 1, 0x33, 0x44)],
  ])('has a blank %s', async (_, tag) => {
    const frame = buildEthernet(buildTcpDatagram({}));
    const tagged = concat(frame.subarray(0, 12), tag, frame.subarray(12));
    const { bytes: changed } = await anonymized(tagged);
    expect(changed?.length).toBe(tagged.length);
    expect(latin(changed ?? tagged)).not.toContain(latin(Uint8Array.of(0x33, 0x44)));
  });
});
