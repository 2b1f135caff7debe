import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { PcapngWriter } from '../../src/capture/write-pcapng.ts';
import type { CaptureInput } from '../../src/engine/check.ts';
import { check } from '../../src/engine/check.ts';
import { type Extraction, extract, type Selection } from '../../src/engine/extract.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { ladder } from '../support/ladder.ts';
import { buildTcpDatagram, buildTcpPacket, concat } from '../support/packets.ts';
import { readAll } from '../support/read-all.ts';

const OPTIONS = {
  profile: PROFILES.rfc9293,
  linger: 60,
  reader: 'lastack',
  toolVersion: '0.0.0',
  payload: false,
  keepComments: false,
  key: null,
} as const;

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;

async function extracted(
  inputs: readonly (CaptureInput | Uint8Array)[],
  selection: Partial<Selection>,
  options: Partial<Parameters<typeof extract>[2]> = {},
): Promise<Extraction> {
  return await extract(
    inputs.map((input, index) =>
      input instanceof Uint8Array ? { path: `${'abc'[index]}.pcap`, source: fromBytes(input) } : input,
    ),
    { connections: [], rules: [], findings: false, ...selection },
    { ...OPTIONS, ...options },
  );
}

async function evidenceOf(
  ...args: Parameters<typeof extracted>
): Promise<NonNullable<Extraction['evidence']>> {
  const { evidence } = await extracted(...args);
  if (!evidence) throw new Error('nothing was extracted');
  return evidence;
}

async function commentsOf(bytes: Uint8Array): Promise<string[][]> {
  const { readCapture } = await import('../../src/capture/read-capture.ts');
  const comments: string[][] = [];
  await readCapture(fromBytes(bytes), { record() {}, annotation: (own) => comments.push([...own.comments]) });
  return comments;
}

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';

/** An opening, then so many segments of 1,000 bytes from the client, each acknowledged. */
function bulk(segments: number, closing: string): string {
  const data = Array.from({ length: segments }, (_, n) => {
    const from = 1 + n * 1000;
    return `+.001 > . ${from}:${from + 1000}(1000) ack 1\n+.001 < . 1:1(0) ack ${from + 1000}\n`;
  });
  return (
    OPENING +
    data.join('') +
    closing.replaceAll('END', String(1 + segments * 1000)).replaceAll('NEXT', String(2 + segments * 1000))
  );
}

const RESET = '+.01 > R. END:END(0) ack 1\n';
const LEAK = '+.01 < F. 1:1(0) ack END\n+.01 > . END:END(0) ack 2\n+90 > . END:END(0) ack 2\n';

describe('of a long connection an extract', () => {
  it('keeps the opening, the last data and the closing, and says where packets are left out', async () => {
    const { bytes, manifest } = await evidenceOf([ladder(bulk(2000, RESET))], { rules: ['rst-on-close'] });
    expect(manifest.verification.equal).toBe(true);
    expect(manifest.connections[0]).toMatchObject({ share: 'ending', segments: { source: 4004 } });
    expect(manifest.file.packets).toBeLessThan(60);
    const comments = (await commentsOf(bytes)).flat();
    expect(comments.filter((text) => text.includes('left out: recorded, not lost'))).toHaveLength(1);
  });

  it('keeps every octet where the finding rests on nothing missing', async () => {
    const { manifest } = await evidenceOf([ladder(bulk(2000, LEAK))], { rules: ['missing-fin'] });
    expect(manifest.verification.equal).toBe(true);
    expect(manifest.connections[0]?.findings).toMatchObject([{ rule: 'missing-fin', tier: 'suspect' }]);
    expect(manifest.connections[0]?.share).toBe('data');
    // The data, and hardly one of the ACKs.
    expect(manifest.file.packets).toBeGreaterThan(2000);
    expect(manifest.file.packets).toBeLessThan(2100);
  });
});

describe('an extract', () => {
  it('brings the incarnation before, where a rule looks at it', async () => {
    const input = { path: 'a.pcap', source: openFile(`${CAPTURES}port-reuse-in-time-wait.pcap`) };
    const { manifest } = await evidenceOf([input], { rules: ['time-wait-reuse'] });
    expect(manifest.connections.map(({ why }) => why)).toEqual(['neighbour', 'selected']);
    expect(manifest.verification.equal).toBe(true);
  });

  it('shows how long was recorded by the latest packet, without its bytes', async () => {
    const text = `${OPENING}+.1 < F. 1:1(0) ack 1\n+.01 > . 1:1(0) ack 2\n@ connection 2\n+100 > S 0:0(0)\n+.01 < R. 0:0(0) ack 1\n`;
    const { bytes, manifest } = await evidenceOf([ladder(text)], { rules: ['missing-fin'] });
    expect(manifest.emptied).toBe(6);
    expect(manifest.frames.at(-1)).toEqual([6, 7]);
    const { records } = await readAll(bytes);
    expect(records.at(-1)).toMatchObject({ bytes: new Uint8Array(0), original: 54 });
    expect((await commentsOf(bytes))[5]?.[0]).toContain('the latest packet of the source');
    expect(manifest.verification.equal).toBe(true);
  });

  it('comes out of the files of a rotation, with frames as check counts them', async () => {
    const whole = ladder(
      `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 > P. 2:102(100) ack 1\n`,
    );
    const cut = 24 + 3 * (16 + 54);
    const files = [whole.subarray(0, cut), concat(whole.subarray(0, 24), whole.subarray(cut))];
    const inputs = files.map((bytes, index) => ({
      path: `cap.pcap${index}`,
      source: fromBytes(index === 0 ? bytes : gzipSync(bytes)),
    }));
    const { manifest } = await evidenceOf(inputs, { rules: ['data-after-fin'] });
    expect(manifest.captures.map(({ firstFrame }) => firstFrame)).toEqual([1, 4]);
    expect(manifest.frames).toEqual([1, 2, 3, 4, 5, 6].map((frame) => [frame, frame]));
    expect(manifest.verification.equal).toBe(true);
  });

  it('is not made of several captures that are not one recording', async () => {
    const bad = ladder(`${OPENING}+.1 > R. 1:1(0) ack 1\n`);
    const { evidence, apart } = await extracted([bad, bad], { rules: ['rst-on-close'] });
    expect(evidence).toBeNull();
    expect(apart).toEqual(['a.pcap', 'b.pcap']);
    const { evidence: one } = await extracted([bad, bad], { connections: [1] });
    expect(one?.manifest.connections).toMatchObject([{ source: 1, extract: 0 }]);
  });

  it('has an interface for each link type, and those names and comments that were asked for', async () => {
    const writer = new PcapngWriter({ application: 'x' });
    const ethernet = writer.interface({ linkType: 1, resolution: 'ns', name: 'secret0' });
    const raw = writer.interface({
      linkType: 101,
      resolution: 'us',
      name: 'secret1',
      comments: ['of the interface'],
    });
    const ends = { src: '10.0.0.1', dst: '10.0.0.2', sport: 40_000, dport: 80 };
    const back = { src: '10.0.0.2', dst: '10.0.0.1', sport: 80, dport: 40_000 };
    const add = (id: number, time: bigint, bytes: Uint8Array, comments: string[] = []) =>
      writer.packet({ interface: id, time, bytes, original: bytes.length, comments });
    add(ethernet, 1_000_001n, buildTcpPacket({ ...ends, seq: 9, flags: 2 }), ['of the packet']);
    add(raw, 2_000_000n, buildTcpDatagram({ ...back, seq: 5, ack: 10, flags: 0x12 }));
    add(ethernet, 3_000_001n, buildTcpPacket({ ...ends, seq: 10, ack: 6 }));
    add(ethernet, 4_000_001n, buildTcpPacket({ ...ends, seq: 10, ack: 6, flags: 0x14 }));
    const plain = await evidenceOf([writer.bytes()], { connections: [0] });
    expect(Buffer.from(plain.bytes).toString('latin1')).not.toMatch(/secret|of the packet|of the interface/);
    expect((await readAll(plain.bytes)).records.map(({ linkType, time }) => [linkType, time])).toEqual([
      [1, 0],
      [101, 999_999],
      [1, 2_000_000],
      [1, 3_000_000],
    ]);
    expect(plain.manifest.file.linkTypes).toEqual(['EN10MB', 'RAW']);
    const kept = await evidenceOf([writer.bytes()], { connections: [0] }, { keepComments: true });
    const text = Buffer.from(kept.bytes).toString('latin1');
    for (const own of ['secret0', 'secret1', 'of the interface']) expect(text).toContain(own);
    expect((await commentsOf(kept.bytes))[0]?.[0]).toBe('of the packet');
    expect(kept.manifest.removed).toMatchObject({ interfaceNames: false, comments: false });
  });

  it('is anonymous in the same way under the same key, and otherwise under another', async () => {
    const input = ladder(`${OPENING}+.1 > R. 1:1(0) ack 1\n`);
    const run = async (first: number): Promise<string> => {
      const key = Uint8Array.from({ length: 32 }, (_, index) => index + first);
      const { bytes } = await evidenceOf([input], { connections: [0] }, { key });
      const { connections } = await check([{ path: 'a', source: fromBytes(bytes) }], {
        ...OPTIONS,
        connections: 'all',
      });
      return JSON.stringify(connections.map(({ client, server, start }) => [client, server, start]));
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  it('leaves out segments with a wrong checksum where the check did', async () => {
    const bytes = ladder(`${OPENING}+.1 > R. 1:1(0) ack 1\n+.1 > P. 1:5(4) ack 1\n`);
    bytes[bytes.length - 1] = 1;
    const { manifest } = await evidenceOf([bytes], { connections: [0] }, { verifyChecksums: true });
    expect(manifest).toMatchObject({
      verifyChecksums: true,
      file: { packets: 5 },
      emptied: 5,
      verification: { equal: true },
    });
  });
});
