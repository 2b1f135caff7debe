import { expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import type { Annotation } from '../../src/capture/record.ts';
import { concat } from '../support/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';

const PACKET = new Uint8Array(60);

it('keeps 65,536 interfaces of a section, however many it describes, and says so once', () => {
  const one = new PcapngBuilder().iface().bytes();
  const many = concat(...Array.from({ length: 1000 }, () => one));
  const reader = new CaptureReader({ record() {} });
  for (let section = 0; section < 2; section++) {
    reader.push(new PcapngBuilder().section().bytes());
    for (let time = 0; time < 1000; time++) reader.push(many);
    reader.push(new PcapngBuilder().enhanced(PACKET, 1n, 65_535).enhanced(PACKET, 1n, 65_536).bytes());
  }
  const { records, diagnostics, timestampResolution } = reader.end();
  expect(records).toBe(4);
  expect(timestampResolution).toBe('us');
  expect(diagnostics.map(({ code }) => code)).toEqual(['interfaces-not-kept', 'interface-unknown']);
});

it('keeps names and comments up to a bound', () => {
  const builder = new PcapngBuilder().section();
  const comment = [1, new Uint8Array(0)] as const;
  const name = [2, new Uint8Array(60_000).fill(0x61)] as const;
  builder.iface(1, 0, [...Array.from({ length: 5000 }, () => comment), name]);
  for (let index = 0; index < 300; index++) builder.iface(1, 0, [name]);
  builder.enhanced(PACKET, 1n, 0).enhanced(PACKET, 1n, 300);
  const noted: Annotation['interface'][] = [];
  const reader = new CaptureReader({
    record() {},
    annotation: (annotation) => noted.push(annotation.interface),
  });
  reader.push(builder.bytes());
  expect(reader.end().records).toBe(2);
  expect(noted[0]?.comments).toHaveLength(256);
  expect(noted[0]?.name).toHaveLength(60_000);
  expect(noted[1]).toEqual({ name: null, description: null, comments: [] });
});
