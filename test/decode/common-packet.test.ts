import { expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { decodeCommonPacket } from '../../src/decode/common-packet.ts';
import { createSegment } from '../../src/decode/create-segment.ts';
import { buildEthernet, buildTcpDatagram } from '../support/packets.ts';
import fc from '../support/property.ts';
import { decodeAll } from '../support/read-all.ts';

const ETHERNET = 1;
const RAW_IPV4 = 228;
const RAW_IPV6 = 229;

/** What comes of a packet, without where it stood. */
async function decode(linkType: number, bytes: Uint8Array, missing: number) {
  const writer = new PcapWriter({ linkType });
  writer.write({ time: 5n, bytes: bytes.subarray(0, bytes.length - missing), original: bytes.length });
  const { segments, messages } = await decodeAll(writer.bytes());
  return {
    messages,
    segments: segments.map(({ bytes, view, optionsOffset, optionsLength, capturedEnd, ...fields }) => {
      const options = bytes.slice(optionsOffset, optionsOffset + optionsLength);
      const viewed = view.byteOffset === bytes.byteOffset;
      return { ...fields, viewed, options: [...options], behindOptions: capturedEnd - optionsOffset };
    }),
  };
}

test('the fast path and the chain of headers read the same, whatever is wrong with a packet', async () => {
  const options = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);
  const parts = { options, payloadLength: 40, seq: 0x8000_0000, ack: 0xffff_ffff, flags: 0x18 };
  const packets = [
    { datagram: buildTcpDatagram(parts), raw: RAW_IPV4, etherType: 0x0800 },
    {
      datagram: buildTcpDatagram({ ...parts, src: 'fd00::1', dst: 'fd00::2' }),
      raw: RAW_IPV6,
      etherType: 0x86dd,
    },
  ];
  const change = fc.tuple(
    fc.nat(71),
    fc.oneof(fc.constantFrom(0, 1, 6, 0x45, 0x46, 0x50, 0x80, 0xff), fc.nat(255)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...packets),
      fc.array(change, { maxLength: 3 }),
      fc.constantFrom(0, 0, 30, 45, 60, 70),
      async ({ datagram, raw, etherType }, changes, missing) => {
        const changed = datagram.slice();
        for (const [at, value] of changes) changed[at] = value;
        const byChain = await decode(raw, changed, missing);
        expect(await decode(ETHERNET, buildEthernet(changed, [], etherType), missing)).toEqual(byChain);
      },
    ),
    { numRuns: 3000 },
  );
});

test('the fast path takes the packets that it is for, and no others', () => {
  const taken = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer);
    const length = bytes.length;
    const record = {
      frame: 1,
      time: 0,
      linkType: 1,
      bytes,
      view,
      offset: 0,
      captured: length,
      original: length,
    };
    return decodeCommonPacket(record, createSegment());
  };
  expect(taken(buildEthernet(buildTcpDatagram({ payloadLength: 1 })))).toBe(true);
  expect(taken(buildEthernet(buildTcpDatagram({ payloadLength: 1 }), 5))).toBe(false);
  expect(taken(buildEthernet(buildTcpDatagram({ payloadLength: 1, ipOptions: new Uint8Array(4) })))).toBe(
    false,
  );
  const ipv6 = buildTcpDatagram({ src: '::1', dst: '::2', payloadLength: 1 });
  expect(taken(buildEthernet(ipv6, [], 0x86dd))).toBe(true);
});
