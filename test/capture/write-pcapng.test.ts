import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import type { Annotation } from '../../src/capture/record.ts';
import { PcapngWriter } from '../../src/capture/write-pcapng.ts';
import fc from '../support/property.ts';
import { chunked, type KeptRecord, keep } from '../support/read-all.ts';

interface Read {
  readonly records: (KeptRecord & { readonly annotation: Annotation | null })[];
  readonly epoch: bigint;
  readonly codes: string[];
}

async function read(bytes: Uint8Array, cuts: readonly number[] = []): Promise<Read> {
  const records: Read['records'] = [];
  let annotation: Annotation | null = null;
  const info = await readCapture(chunked(bytes, cuts), {
    annotation: (own) => (annotation = own),
    record: (record) => records.push({ ...keep(record), annotation }),
  });
  const codes = info.diagnostics.map(({ code }) => code).filter((code) => code !== 'time-backwards');
  return { records, epoch: info.epoch, codes };
}

const packet = fc.record({
  interface: fc.integer({ min: 0, max: 2 }),
  time: fc.bigInt({ min: 1_700_000_000_000_000n, max: 1_700_000_100_000_000n }).map((time) => time * 1000n),
  bytes: fc.uint8Array({ maxLength: 70 }),
  original: fc.integer({ min: 0, max: 70_000 }),
  comments: fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\ud800-\udfff]|^\ufeff/.test(text)),
    { maxLength: 3 },
  ),
});

const INTERFACES = [
  { linkType: 1, resolution: 'ns', name: 'eth0', description: 'the first', comments: ['a note'] },
  { linkType: 101, resolution: 'us' },
  { linkType: 1, resolution: 'us', name: 'eth1' },
] as const;

describe('a pcapng file that was written', () => {
  it('reads back: packets, times, lengths, link types, names and comments, wherever it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(packet, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat()),
        async (packets, cuts) => {
          const writer = new PcapngWriter({ application: 'a test', comments: ['of the whole'] });
          const ids = INTERFACES.map((each) => writer.interface(each));
          for (const each of packets) writer.packet({ ...each, interface: ids[each.interface] ?? 0 });
          const { records, epoch, codes } = await read(writer.bytes(), cuts);
          expect(codes).toEqual([]);
          expect(
            records.map(({ bytes, original, linkType, time, annotation }) => [
              [bytes, original, linkType, epoch + BigInt(time)],
              [annotation?.comments, annotation?.interface.name],
            ]),
          ).toEqual(
            packets.map(({ bytes, original, interface: id, time, comments }) => [
              [bytes, original, INTERFACES[id]?.linkType, time],
              [comments, [INTERFACES[0], null, INTERFACES[2]][id]?.name ?? null],
            ]),
          );
        },
      ),
    );
  });

  it('has every block padded to four bytes and its length at both ends', () => {
    const writer = new PcapngWriter({ application: 'x' });
    writer.packet({
      interface: writer.interface({ linkType: 1, resolution: 'ns' }),
      time: 5n,
      bytes: Uint8Array.of(1, 2, 3, 4, 5),
      original: 9,
      comments: ['é'],
    });
    const bytes = writer.bytes();
    const view = new DataView(bytes.buffer);
    const types: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = view.getUint32(at + 4, true);
      types.push(view.getUint32(at, true));
      expect(length % 4).toBe(0);
      expect(view.getUint32(at + length - 4, true)).toBe(length);
      at += length;
    }
    expect(types).toEqual([0x0a0d0d0a, 1, 6]);
  });

  it('cuts a comment that no option can hold between two characters', async () => {
    const writer = new PcapngWriter({ application: 'x' });
    const id = writer.interface({ linkType: 1, resolution: 'us' });
    writer.packet({
      interface: id,
      time: 0n,
      bytes: new Uint8Array(0),
      original: 0,
      comments: ['é'.repeat(70_000)],
    });
    const { records, codes } = await read(writer.bytes());
    expect(codes).toEqual([]);
    expect(records[0]?.annotation?.comments).toEqual(['é'.repeat(32_767)]);
  });
});
