import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { openFile } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { buildTcpPacket } from '../support/packets.ts';

test('the example of readCapture: write a capture, read it, count the segments', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastack-example-'));
  const path = join(folder, 'a.pcap');
  const writer = new PcapWriter({ resolution: 'ns' });
  writer.write({ time: 1_750_000_000_000_000_001n, bytes: buildTcpPacket({}) });
  writeFileSync(path, writer.bytes());

  let segments = 0;
  const decoder = new Decoder({
    segment() {
      segments += 1;
    },
  });
  const info = await readCapture(openFile(path), decoder);
  const diagnostics = [...info.diagnostics, ...decoder.diagnostics()];

  expect({ segments, diagnostics, epoch: info.epoch }).toEqual({
    segments: 1,
    diagnostics: [],
    epoch: 1_750_000_000_000_000_001n,
  });
  rmSync(folder, { recursive: true });
});
