import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildTcpPacket, concat } from '../support/packets.ts';
import { refilled } from '../support/refilled.ts';
import { isThorough, runs } from '../support/thorough.ts';

const COUNT = 400;
const CAPTURE = capture();

/** Payload that cannot be packed, so that the damage of a place costs the records behind it. */
function capture(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  for (let index = 0; index < COUNT; index++) {
    const packet = buildTcpPacket({ payloadLength: 640, seq: index });
    packet.set(createHash('sha512').update(String(index)).digest(), packet.length - 64);
    writer.write({ time: BigInt(index) * 1000n, bytes: packet });
  }
  return writer.bytes();
}

function xz(bytes: Uint8Array, ...options: string[]): Uint8Array | null {
  try {
    return new Uint8Array(execFileSync('xz', ['-c', ...options], { input: bytes, maxBuffer: 2 ** 28 }));
  } catch {
    return null;
  }
}

const PACKED = xz(CAPTURE);
if (PACKED === null) console.log('skipped: xz streams, since there is no xz to pack them with');

async function read(bytes: Uint8Array, step: number) {
  let records = 0;
  const record = (): void => {
    records += 1;
  };
  const sink = { stopped: false, record };
  const { compression, diagnostics } = await readCapture(refilled(bytes, step), sink);
  return { records, compression, diagnostics };
}

describe.skipIf(PACKED === null)('an xz stream', () => {
  const packed = PACKED ?? new Uint8Array(0);

  it('is told by content and unpacked, whatever the size of a read', async () => {
    for (const step of [1, 5, 6, 7, 511, 1 << 22]) {
      expect(await read(packed, step)).toEqual({ records: COUNT, compression: 'xz', diagnostics: [] });
    }
  });

  it.each([['-0'], ['--check=crc32'], ['--check=none'], ['--block-size=20000']])(
    'is unpacked as `xz %s` packs it',
    async (option) => {
      const own = xz(CAPTURE, option) ?? new Uint8Array(0);
      expect(await read(own, 4096)).toEqual({ records: COUNT, compression: 'xz', diagnostics: [] });
    },
  );

  it('with a checksum that is not known is named, and says what to do', async () => {
    const { records, diagnostics } = await read(xz(CAPTURE, '--check=sha256') ?? packed, 4096);
    expect(records).toBe(0);
    expect(diagnostics.map(({ message }) => message).join()).toContain('xz -dc FILE | lastack -');
  });

  it('may be several in a row, with padding between', async () => {
    const rest = xz(CAPTURE.subarray(24)) ?? new Uint8Array(0);
    const all = concat(packed, new Uint8Array(8), rest);
    const { records, diagnostics } = await read(all, 1000);
    expect(records).toBe(2 * COUNT);
    // The clock begins again.
    expect(diagnostics.map(({ code }) => code)).toEqual(['time-backwards']);
  });

  it.each([
    ['that is cut', packed.subarray(0, packed.length / 2), 'the end is missing'],
    [
      'that is damaged',
      concat(packed.subarray(0, 5000), new Uint8Array(300).fill(0x55), packed.subarray(5300)),
      'corrupt',
    ],
    ['with something else behind it', concat(packed, new Uint8Array(40).fill(7)), 'what follows is not xz'],
  ])('%s gives what comes before, the same whatever the size of a read', async (_, bytes, reason) => {
    const first = await read(bytes, 1);
    expect(first.diagnostics.map(({ code }) => code)).toContain('compression-corrupt');
    expect(first.diagnostics.map(({ message }) => message).join()).toContain(reason);
    expect(first.records).toBeGreaterThan(5);
    for (const step of [100, 777, 65_536, 1 << 22]) expect(await read(bytes, step)).toEqual(first);
  });

  it.runIf(isThorough)('that is a bomb, reading ends by a ratio', async () => {
    const bomb = xz(new Uint8Array(300_000_000), '-0') ?? new Uint8Array(0);
    const whole = concat(xz(CAPTURE.subarray(0, 24)) ?? bomb, bomb);
    const { diagnostics } = await read(whole, 65_536);
    expect(diagnostics.map(({ code }) => code)).toContain('compression-ratio');
  });

  it('that is damaged anywhere ends in a diagnostic, and never throws', async () => {
    for (let index = 0; index < runs(600); index++) {
      const damaged = new Uint8Array(packed);
      const at = (index * 7919) % damaged.length;
      damaged[at] = (damaged[at] ?? 0) ^ (1 + (index % 255));
      const { records } = await read(damaged, 65_536);
      expect(records).toBeLessThanOrEqual(COUNT);
    }
  });
});
