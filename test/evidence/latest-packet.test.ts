import { describe, expect, it } from 'vitest';
import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { check } from '../../src/engine/check.ts';
import { extract } from '../../src/engine/extract.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { CAPTURES } from '../cli/run.ts';

const OPTIONS = { profile: PROFILES.rfc9293, linger: 60, reader: 'lastack', toolVersion: '0' } as const;

async function diagnosticsOf(bytes: Uint8Array): Promise<string[]> {
  const input = { path: 'a.pcapng', source: fromBytes(bytes) };
  const { captures } = await check([input], { ...OPTIONS, connections: 'none' });
  return captures.flatMap(({ diagnostics }) => diagnostics.map(({ code, message }) => `${code}: ${message}`));
}

describe('the latest packet of an extract, which shows until when its source was recorded', () => {
  it('is no damage where lastack checks its own extract', async () => {
    const path = `${CAPTURES}close-wait-leak.pcap`;
    const selection = { connections: [], rules: [], findings: true };
    const options = { ...OPTIONS, payload: false, keepComments: false, key: null };
    const { evidence } = await extract([{ path, source: openFile(path) }], selection, options);
    if (evidence === null) throw new Error('nothing was extracted');
    expect(await diagnosticsOf(evidence.bytes)).toEqual([]);
  });

  it('is told of where there are more packets without bytes: the capture was cut', async () => {
    const withEmpty = (count: number): Uint8Array => {
      const writer = new PcapWriter();
      for (let index = 0; index < count; index++)
        writer.write({ time: 0n, bytes: new Uint8Array(0), original: 60 });
      return writer.bytes();
    };
    expect(await diagnosticsOf(withEmpty(1))).toEqual([]);
    expect(await diagnosticsOf(withEmpty(3))).toEqual([
      'tcp-header-cut: 3 packets end before their TCP headers do, and were left out (first: frame 1).',
    ]);
  });
});
