import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/index.ts';
import { ladder } from '../support/ladder.ts';

const FOUR_WAY = `
  +0     > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +0     > .   1:1(0) ack 1
  +1     > P.  1:102(101) ack 1
  +.01   < .   1:1(0) ack 102
  +1     > F.  102:102(0) ack 1
  +.01   < F.  1:1(0) ack 103
  +0     > .   103:103(0) ack 2`;

/** The ladder with one byte of one frame turned over: in its TCP header where `at` says, from the frame's first byte. */
function damaged(frame: number, at: number, options = {}): Uint8Array {
  const bytes = ladder(FOUR_WAY, options);
  const view = new DataView(bytes.buffer);
  let record = 24;
  for (let n = 1; n < frame; n++) record += 16 + view.getUint32(record + 8, true);
  const place = record + 16 + at;
  bytes[place] = (bytes[place] ?? 0) ^ 0xff;
  return bytes;
}

const checkWith = (bytes: Uint8Array, verifyChecksums: boolean) =>
  check([{ path: '-', source: fromBytes(bytes) }], { verifyChecksums });

/** Ethernet and IPv4 in front of TCP. */
const TCP = 14 + 20;

describe('--verify-checksums', () => {
  it.each([{}, { client: '[fd00::1]:40000', server: '[fd00::2]:80' }])(
    'leaves right segments alone %j',
    async (options) => {
      const report = await checkWith(ladder(FOUR_WAY, options), true);
      expect(report.captures[0]).toMatchObject({ segments: 8, diagnostics: [] });
      expect(report.connections[0]?.close.kind).toBe('three-way');
    },
  );

  it('leaves out a segment with a wrong one, and says so', async () => {
    const report = await checkWith(damaged(6, TCP + 15), true);
    expect(report.captures[0]?.segments).toBe(7);
    expect(report.captures[0]?.diagnostics).toEqual([
      {
        code: 'checksum-wrong',
        offset: null,
        message:
          '1 segment has a wrong TCP checksum, and was left out as its receiver drops it (first: frame 6).',
      },
    ]);
  });

  it('looks at the payload too, with an odd number of bytes', async () => {
    expect((await checkWith(damaged(4, TCP + 20 + 100), true)).captures[0]?.segments).toBe(7);
  });

  it('is off unless asked for: a capture on a sending host shows what its network card has yet to fill in', async () => {
    expect((await checkWith(damaged(6, TCP + 16), false)).captures[0]?.segments).toBe(8);
  });
});
