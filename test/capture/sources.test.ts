import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { ByteSource, OpenFile } from '../../src/capture/byte-source.ts';
import { openPlain, readPlain } from '../../src/capture/plain-file.ts';
import { readCapture } from '../../src/capture/read-capture.ts';
import { fromBytes, fromStream, openFile } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { buildTcpPacket, concat } from '../support/packets.ts';
import { fingerprint, readAll } from '../support/read-all.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastack-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 3000;
const CAPTURE = capture();

function capture(): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  for (let index = 0; index < COUNT; index++) {
    const bytes = buildTcpPacket({ payloadLength: (index * 7919) % 1400, seq: (index * 2654435761) >>> 0 });
    writer.write({ time: BigInt(index) * 1000n, bytes });
  }
  return writer.bytes();
}

async function summary(source: ByteSource) {
  const info = await readCapture(source, { record() {} });
  return {
    records: info.records,
    compression: info.compression,
    codes: info.diagnostics.map(({ code }) => code),
  };
}

/** All that is read of a file as it stands, into blocks of its own or of the sink. */
async function plainBytesOf(
  file: Pick<OpenFile, 'read'>,
  block: Uint8Array | null = null,
  onChunk: () => void = () => {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const push = (chunk: Uint8Array): void => {
    if (block !== null) expect(chunk.buffer).toBe(block.buffer);
    chunks.push(chunk.slice());
    onChunk();
  };
  await readPlain(file, { push, stopped: false, block });
  return concat(...chunks);
}

async function allOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk.slice());
  return concat(...chunks);
}

const inFull = { records: COUNT, compression: null, codes: [] };

describe('a capture is read from', () => {
  test('bytes in memory', async () => {
    expect(await summary(fromBytes(CAPTURE))).toEqual(inFull);
  });

  test('a stream of buffers', async () => {
    const stream = Readable.from([...steps(CAPTURE, 777)].map((chunk) => Buffer.from(chunk)));
    expect(await summary(fromStream(stream))).toEqual(inFull);
  });

  test('a file', async () => {
    const path = join(folder, 'plain.pcap');
    writeFileSync(path, CAPTURE);
    expect(await summary(openFile(path))).toEqual(inFull);
  });

  test('a file of many blocks', async () => {
    const path = join(folder, 'large.bin');
    const bytes = new Uint8Array(3_500_001).map((_, index) => (index ** 2) >> 5);
    writeFileSync(path, bytes);
    expect(Buffer.compare(await allOf(openFile(path)), bytes)).toBe(0);
  });

  test.each([
    ['as fast as it can be read', 0],
    ['slower', 5],
  ])('a file that is written while it is read, %s', async (_name, wait) => {
    const path = join(folder, `growing-${wait}.bin`);
    const bytes = new Uint8Array(9_000_001).map((_, index) => (index ** 2) >> 5);
    let written = 2_000_000;
    writeFileSync(path, bytes.subarray(0, written));
    const chunks: Uint8Array[] = [];
    for await (const chunk of openFile(path)) {
      chunks.push(chunk.slice());
      const more = bytes.subarray(written, written + 1_300_000);
      appendFileSync(path, more);
      written += more.length;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  });

  test('a file that is written while it is read as it stands', async () => {
    const path = join(folder, 'growing.bin');
    const bytes = new Uint8Array(3_000_001).map((_, index) => (index ** 2) >> 5);
    let written = 100_000;
    writeFileSync(path, bytes.subarray(0, written));
    const file = openPlain(openFile(path));
    if (file === null) throw new Error('it is a file');
    try {
      const all = await plainBytesOf(file, new Uint8Array(new SharedArrayBuffer(50_000)), () => {
        const more = bytes.subarray(written, written + 70_000);
        appendFileSync(path, more);
        written += more.length;
      });
      expect(Buffer.compare(all, bytes)).toBe(0);
    } finally {
      file.close();
    }
  });

  test('a file as it stands, unless there is something to unpack, or it has no size', async () => {
    const path = join(folder, 'packed.gz');
    writeFileSync(path, gzipSync(CAPTURE));
    expect(openPlain(openFile(path))).toBeNull();
    expect(openPlain(fromBytes(CAPTURE))).toBeNull();
    writeFileSync(path, '');
    expect(openPlain(openFile(path))).toBeNull();
  });

  test('a file, until nobody wants more of it', async () => {
    const path = join(folder, 'unwanted.bin');
    writeFileSync(path, new Uint8Array(400_000));
    const file = openPlain(openFile(path));
    if (file === null) throw new Error('it is a file');
    let pushed = 0;
    const sink = {
      push: ({ length }: Uint8Array) => {
        pushed += length;
      },
      get stopped() {
        return pushed >= 140_000;
      },
    };
    let progress = 0;
    try {
      await readPlain(file, sink, (read) => {
        progress = read;
      });
    } finally {
      file.close();
    }
    expect(pushed).toBe(262_144);
    expect(progress).toBe(pushed);
  });

  test('a file that is opened once and read twice at the same time, to where it ends by then', async () => {
    const path = join(folder, 'several.bin');
    const bytes = new Uint8Array(2_500_001).map((_, index) => (index ** 2) >> 3);
    writeFileSync(path, bytes);
    const file = openFile(path).open();
    if (!file) throw new Error('it is a file');
    appendFileSync(path, 'more');
    try {
      expect(file.size).toBe(bytes.length);
      expect([...file.head]).toEqual([...bytes.subarray(0, file.head.length)]);
      expect(file.head.length).toBeGreaterThan(4);
      const both = [plainBytesOf(file), plainBytesOf(file, new Uint8Array(1000))];
      for (const all of await Promise.all(both))
        expect(Buffer.compare(all, concat(bytes, Buffer.from('more')))).toBe(0);
      truncateSync(path, 2_000_000);
      expect((await plainBytesOf(file)).length).toBe(2_000_000);
    } finally {
      file.close();
    }
  });

  test.skipIf(process.platform === 'win32')(
    'nothing else that is opened: a folder, a pipe, what is not there',
    () => {
      const path = join(folder, 'silent');
      execFileSync('mkfifo', [path]);
      expect(openFile(path).open()).toBeNull();
      expect(openFile(folder).open()).toBeNull();
      expect(() => openFile(join(folder, 'none')).open()).toThrow('ENOENT');
    },
  );

  test.skipIf(process.platform === 'win32')('a pipe, which may be left while it is silent', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `exec 3>'${path}'; printf begin >&3; sleep 60`]);
    try {
      const chunks = openFile(path)[Symbol.asyncIterator]();
      expect(String(Buffer.from((await chunks.next()).value ?? []))).toBe('begin');
      const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'late').unref());
      expect(await Promise.race([chunks.return?.(), late])).toMatchObject({ done: true });
    } finally {
      writer.kill();
    }
  });

  test('a file that is not there, with an error of the file system', async () => {
    await expect(summary(openFile(join(folder, 'none')))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('progress counts the bytes taken from the source', async () => {
  const seen: number[] = [];
  const onProgress = (bytes: number) => seen.push(bytes);
  await readCapture(
    [CAPTURE.subarray(0, 3), CAPTURE.subarray(3, 1000), CAPTURE.subarray(1000)],
    { record() {} },
    { onProgress },
  );
  expect(seen).toEqual([1000, CAPTURE.length]);
});

test('an empty source is an empty capture', async () => {
  expect(await summary([])).toEqual({ records: 0, compression: null, codes: ['empty'] });
  expect(await summary([new Uint8Array(0)])).toEqual({ records: 0, compression: null, codes: ['empty'] });
});

test('what a sink throws comes out, and the source is closed', async () => {
  let closed = false;
  function* source(): Generator<Uint8Array> {
    try {
      yield CAPTURE;
      yield CAPTURE;
    } finally {
      closed = true;
    }
  }
  const sink = {
    record() {
      throw new Error('enough');
    },
  };
  await expect(readCapture(source(), sink)).rejects.toThrow('enough');
  expect(closed).toBe(true);
  await expect(readCapture([gzipSync(CAPTURE)], sink)).rejects.toThrow('enough');
  await expect(readCapture([storedZstd(CAPTURE)], sink)).rejects.toThrow('enough');
});

test('reading stops asking for bytes once they make no sense', async () => {
  let asked = 0;
  function* source(): Generator<Uint8Array> {
    for (;;) {
      asked += 1;
      yield new TextEncoder().encode('no capture at all, and without an end');
    }
  }
  expect((await summary(source())).codes).toEqual(['not-a-capture']);
  expect(asked).toBe(1);
});

describe('gzip', () => {
  const packed = gzipSync(CAPTURE);

  test('is told by content and unpacked, in chunks of any size', async () => {
    for (const step of [100, 1000, 1_000_000]) {
      expect(await summary(steps(packed, step))).toEqual({ ...inFull, compression: 'gzip' });
    }
  });

  test('of several members is unpacked to its end', async () => {
    const members = concat(gzipSync(CAPTURE.subarray(0, 5000)), gzipSync(CAPTURE.subarray(5000)));
    expect(await summary(steps(members, 999))).toEqual({ ...inFull, compression: 'gzip' });
  });

  test('gives the same records as the capture inside', async () => {
    const { records } = await readAll(packed, [1, 100, 5000]);
    expect(fingerprint(records)).toBe(fingerprint((await readAll(CAPTURE)).records));
  });

  test('that is cut gives what could be unpacked, and says so once', async () => {
    for (const share of [0.2, 0.5, 0.999]) {
      const cut = await summary(steps(packed.subarray(0, Math.floor(packed.length * share)), 10_000));
      expect(cut).toMatchObject({ compression: 'gzip', codes: ['compression-corrupt'] });
      expect(cut.records).toBeGreaterThan(COUNT * share * 0.8 - 200);
    }
  });

  test('whose checksum is wrong gives all records, and says so', async () => {
    const damaged = new Uint8Array(packed);
    damaged[packed.length - 8] = (damaged[packed.length - 8] ?? 0) ^ 1;
    const result = await summary([damaged]);
    expect(result).toMatchObject({ compression: 'gzip', codes: ['compression-corrupt'] });
    expect(result.records).toBe(COUNT);
  });

  test('that is damaged in the middle gives the records before, and says that something is wrong', async () => {
    const damaged = new Uint8Array(packed);
    damaged.fill(0xff, packed.length >> 1, (packed.length >> 1) + 50);
    const result = await summary([damaged]);
    expect(result.codes).not.toEqual([]);
    expect(result.records).toBeGreaterThan(0);
  });

  test('of something else says what is not there', async () => {
    expect((await summary([gzipSync('plain text, and enough of it')])).codes).toEqual(['not-a-capture']);
    expect((await summary([gzipSync('')])).codes).toEqual(['empty']);
  });
});

describe('zstd', () => {
  test('is told by content and unpacked, in chunks of any size', async () => {
    for (const step of [10, 1000, 1_000_000]) {
      expect(await summary(steps(storedZstd(CAPTURE), step))).toEqual({ ...inFull, compression: 'zstd' });
    }
  });

  test('of several frames is unpacked to its end', async () => {
    const frames = concat(storedZstd(CAPTURE.subarray(0, 5000)), storedZstd(CAPTURE.subarray(5000)));
    expect(await summary(steps(frames, 999))).toEqual({ ...inFull, compression: 'zstd' });
  });

  test('that is cut gives what could be unpacked, and says so once', async () => {
    const packed = storedZstd(CAPTURE);
    const cut = await summary([packed.subarray(0, packed.length >> 1)]);
    expect(cut).toMatchObject({ compression: 'zstd', codes: ['compression-corrupt'] });
    expect(cut.records).toBeGreaterThan(COUNT / 3);
  });

  test('of the zstd program is unpacked', async ({ skip }) => {
    const path = join(folder, 'packed.pcap');
    writeFileSync(path, CAPTURE);
    try {
      execFileSync('zstd', ['-q', '-f', path]);
    } catch {
      skip('the zstd program is not installed');
    }
    expect(await summary(openFile(`${path}.zst`))).toEqual({ ...inFull, compression: 'zstd' });
    const { records } = await readAll(await bytesOf(openFile(`${path}.zst`)), [7, 70, 700, 7000]);
    expect(fingerprint(records)).toBe(fingerprint((await readAll(CAPTURE)).records));
  });
});

function* steps(bytes: Uint8Array, step: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += step) yield new Uint8Array(bytes.subarray(at, at + step));
}

async function bytesOf(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of source) parts.push(new Uint8Array(chunk));
  return concat(...parts);
}

/** A zstd frame of raw blocks (RFC 8878 3.1.1), which needs no compressor. */
function storedZstd(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const blockLength = 65_536;
  // No checksum, no dictionary, no content size; a window of 128 KiB.
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3)];
  for (let at = 0; at < content.length; at += blockLength) {
    const block = content.subarray(at, at + blockLength);
    const header = (block.length << 3) | (at + blockLength >= content.length ? 1 : 0);
    parts.push(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), block);
  }
  return concat(...parts);
}
