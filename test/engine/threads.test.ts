import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeConnections } from '../bench/connections.js';

const BIN = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
const CAPTURES = fileURLToPath(new URL('../../captures/', import.meta.url));
const TRUTH = fileURLToPath(new URL('../../../shared/truth/', import.meta.url));
const present = existsSync(TRUTH);
if (!present) console.log('skipped: threads over ../shared/truth, which is not on this machine');

let folder = '';
let many = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-threads-'));
  many = join(folder, 'many.pcap');
  writeConnections(many, { connections: 3000, open: 400 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a check prints with so many threads, and its exit status. */
function printed(args: readonly string[], threads: number, input?: Uint8Array): string {
  const ran = spawnSync(process.execPath, [BIN, ...args, '--threads', String(threads)], {
    input,
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  });
  return `${ran.status}\n${ran.stderr}\n${ran.stdout}`;
}

/** A classic little-endian capture whose records are so many seconds later. */
function shifted(capture: Buffer, seconds: number): Buffer {
  for (let at = 24; at < capture.length; at += 16 + capture.readUInt32LE(at + 8)) {
    capture.writeUInt32LE(capture.readUInt32LE(at) + seconds, at);
  }
  return capture;
}

function expectSame(args: readonly string[], input?: Uint8Array): void {
  const alone = printed(args, 1, input);
  expect(alone.length).toBeGreaterThan(100);
  // Not as a diff: of megabytes it takes minutes.
  for (const threads of [2, 3, 4]) expect(printed(args, threads, input) === alone).toBe(true);
}

describe('any number of threads', () => {
  it('prints the same: the project’s own captures, in every format that lists', () => {
    for (const format of ['text', 'json', 'ndjson', 'csv']) expectSame([CAPTURES, '--format', format]);
  }, 180_000);

  it('prints the same: many connections, over several blocks, most of them only counted', () => {
    expectSame([many]);
    expectSame([many, '--format', 'ndjson']);
    expectSame([many, '--format', 'ndjson', '--connections', 'findings']);
    expectSame([many, many, '--format', 'json', '--connections', 'findings', '--profile', 'smoltcp']);
  }, 180_000);

  it('prints the same of standard input, compressed input, and what is cut or no capture', () => {
    const bytes = readFileSync(many);
    expectSame(['-', '--format', 'ndjson'], gzipSync(bytes, { level: 1 }));
    expectSame(['-'], bytes);
    const cut = join(folder, 'cut.pcap');
    writeFileSync(cut, bytes.subarray(0, bytes.length - 7));
    const damaged = join(folder, 'damaged.pcap.gz');
    writeFileSync(damaged, gzipSync(bytes).subarray(0, 50_000));
    const text = join(folder, 'text.pcap');
    writeFileSync(text, 'This is no capture, and long enough to be sure of that.');
    expectSame([cut, damaged, text, '--format', 'json', '--connections', 'none']);
    expectSame([text]);
  }, 180_000);

  it('says what is wrong with a file that cannot be read on', () => {
    // A descriptor that nobody opened.
    const script = `
      import { readSync } from 'node:fs';
      import { check } from ${JSON.stringify(new URL('../../dist/engine/check.js', import.meta.url).href)};
      import { PROFILES } from ${JSON.stringify(new URL('../../dist/machine/profile.js', import.meta.url).href)};
      const read = (block) => readSync(4242, block, 0, 1, 0);
      const file = { size: 100, head: new Uint8Array(16), read, close() {} };
      const source = { open: () => file };
      const options = { profile: PROFILES.linux, linger: 60, reader: 'lastack', connections: 'none', toolVersion: '0' };
      await check([{ path: 'a.pcap', source }], { ...options, threads: 2 }).catch(({ code, syscall }) => console.log(code, 'of', syscall));
    `;
    const file = join(folder, 'descriptor.mjs');
    writeFileSync(file, script);
    const ran = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 0, stdout: 'EBADF of read\n', stderr: '' });
  });

  it('does not wait for a thread that is gone, at once or while it walks', () => {
    const preloaded = join(folder, 'gone.cjs');
    const whileItWalks =
      'const say = MessagePort.prototype.postMessage; MessagePort.prototype.postMessage = function (it) { say.call(this, it); process.exit(3); };';
    for (const then of ['process.exit(3);', whileItWalks]) {
      writeFileSync(
        preloaded,
        `const { isMainThread, MessagePort } = require('node:worker_threads');
         if (!isMainThread) { ${then} }`,
      );
      const args = ['--require', preloaded, BIN, many, '--threads', '2'];
      const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain('a thread ended before its time');
    }
  });

  it('prints the same of captures with and without segments by turns', () => {
    const empty = join(folder, 'empty.pcap');
    writeFileSync(empty, '');
    const some = join(CAPTURES, 'four-way-client-first.pcap');
    expectSame([some, empty, some, empty, empty, many, empty, '--format', 'ndjson']);
  }, 180_000);

  it('prints the same of captures that have nothing to do with each other, of other days', () => {
    const later = join(folder, 'later.pcap');
    writeFileSync(later, shifted(readFileSync(many), 100_000));
    for (const format of ['json', 'ndjson']) {
      // Short enough that connections are over before their capture is.
      expectSame([many, later, many, '--format', format, '--connections', 'all', '--msl', '1']);
      expectSame([many, later, many, '--format', format, '--connections', 'none', '--msl', '1']);
    }
  }, 180_000);

  it.skipIf(!existsSync('/dev/full'))(
    'stops where nothing can be written any more',
    () => {
      // More than may be under way from one thread to another.
      const more = join(folder, 'more.pcap');
      writeConnections(more, { connections: 12_000, open: 3000 });
      for (const threads of ['1', '2', '3']) {
        const full = openSync('/dev/full', 'w');
        const args = [BIN, more, '--format', 'ndjson', '--threads', threads];
        const ran = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], timeout: 20_000 });
        closeSync(full);
        expect(ran.status).toBe(2);
        expect(String(ran.stderr)).toContain('error[unwritable]');
      }
    },
    60_000,
  );

  it.skipIf(!present)(
    'prints the same: recordings of many incarnations',
    () => {
      expectSame([TRUTH, '--format', 'ndjson', '--profile', 'linux']);
    },
    180_000,
  );
});
