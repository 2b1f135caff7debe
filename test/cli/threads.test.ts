import { availableParallelism } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../src/capture/byte-source.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import type { FoundCapture } from '../../src/cli/find-captures.ts';
import { threadsFor } from '../../src/cli/threads.ts';
import { buildTcpPacket } from '../support/packets.ts';

/** The beginning of a capture whose packets have so much payload. */
function captureOf(payloadLength: number): Uint8Array {
  const writer = new PcapWriter();
  for (let time = 0n; time < 2000n; time++) writer.write({ time, bytes: buildTcpPacket({ payloadLength }) });
  return writer.bytes();
}

/** A file that begins like that, and says that it has so many bytes. */
function fileOf(bytes: Uint8Array, size: number | null): FoundCapture {
  const read = (block: Uint8Array, at: number): number => {
    const part = bytes.subarray(at, at + block.length);
    block.set(part);
    return part.length;
  };
  const file = { size: size ?? 0, head: bytes.subarray(0, 16), read, close() {} };
  const source: FileSource = {
    open: () => (size === null ? null : file),
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
  return { path: 'some.pcap', source, size };
}

const SMALL = captureOf(20);
const FULL = captureOf(1448);

describe.skipIf(availableParallelism() < 2)('without --threads', () => {
  it('two threads share what has many packets, in one capture or in several', () => {
    expect(threadsFor([fileOf(SMALL, 1e9)])).toBe(2);
    const third = fileOf(SMALL, 90e6);
    expect(threadsFor([third, third])).toBe(1);
    expect(threadsFor([third, third, third])).toBe(2);
  });

  it('one thread reads what has few, however many bytes they are', () => {
    expect(threadsFor([fileOf(SMALL, 1e6)])).toBe(1);
    expect(threadsFor([fileOf(FULL, 2e9)])).toBe(1);
    expect(threadsFor([fileOf(FULL, 9e9)])).toBe(2);
  });

  it('one thread reads what nobody knows the length of, and what is no capture', () => {
    expect(threadsFor([fileOf(SMALL, null)])).toBe(1);
    expect(threadsFor([fileOf(new Uint8Array(100_000).fill(32), 9e9)])).toBe(1);
    expect(threadsFor([])).toBe(1);
  });

  it('two threads share what is compressed and large', () => {
    expect(threadsFor([fileOf(gzipSync(SMALL), 50e6)])).toBe(1);
    expect(threadsFor([fileOf(gzipSync(SMALL), 500e6)])).toBe(2);
  });
});
