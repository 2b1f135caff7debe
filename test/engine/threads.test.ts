import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeConnections } from '../bench/connections.js';
import { BIN, CAPTURES, lastack, type RunOptions } from '../cli/run.ts';
import { isThorough, sampled } from '../support/thorough.ts';

const TRUTH = fileURLToPath(new URL('../../../shared/truth/', import.meta.url));
const present = existsSync(TRUTH);
if (!present) console.log('skipped: threads over ../shared/truth, which is not on this machine');

/** Numbers of threads that are compared with one. */
const THREADS = isThorough ? [2, 3, 4] : [3];

/** Milliseconds after which a process that waits for ever is ended; far more than it takes on a slow machine. */
const HANGS = 50_000;

/** What ends a thread when it has told something. */
const WHILE_IT_WALKS =
  'const say = MessagePort.prototype.postMessage; MessagePort.prototype.postMessage = function (it) { say.call(this, it); process.exit(3); };';

let folder = '';
let many = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-threads-'));
  many = join(folder, 'many.pcap');
  // Several blocks of a megabyte.
  writeConnections(many, { connections: isThorough ? 3000 : 1200, open: 400 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const CHOICES = [
  '--service :443',
  '--port 40007',
  '--address 10.9.0.0/24',
  '--kind abort --kind three-way',
  '--closer server',
  '--cause application-abort',
  '--rule three-way-close',
  '--from +1s',
  '--to #900',
];

/** What a check prints with so many threads, and its exit status. */
async function printed(args: readonly string[], threads: number, options: RunOptions): Promise<string> {
  const { status, stderr, stdout } = await lastack([...args, '--threads', String(threads)], options);
  return `${status}\n${stderr}\n${stdout}`;
}

/** A classic little-endian capture whose records are so many seconds later. */
function shifted(capture: Buffer, seconds: number): Buffer {
  for (let at = 24; at < capture.length; at += 16 + capture.readUInt32LE(at + 8)) {
    capture.writeUInt32LE(capture.readUInt32LE(at) + seconds, at);
  }
  return capture;
}

async function expectSame(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const alone = await printed(args, 1, options);
  expect(alone.length).toBeGreaterThan(100);
  for (const threads of THREADS) {
    const shared = await printed(args, threads, options);
    if (shared !== alone)
      throw new Error(`${args.join(' ')}, ${threads} threads: ${firstDifference(alone, shared)}`);
  }
}

/** Not a diff: of megabytes it takes minutes. */
function firstDifference(alone: string, shared: string): string {
  const [lines, others] = [alone.split('\n'), shared.split('\n')];
  const at = lines.findIndex((line, index) => line !== others[index]);
  const line = at < 0 ? lines.length : at;
  return `line ${line - 1} of the output is\n${others[line]}\nand with one thread\n${lines[line]}`;
}

describe('any number of threads', () => {
  it.each(sampled(CHOICES, 4))('choose the same by %s', async (choice) => {
    for (const format of ['text', 'list', 'ndjson']) {
      const args = ['short-connections-300.pcap', ...choice.split(' '), '--format', format];
      expect(await printed(args, 2, {})).toBe(await printed(args, 1, {}));
    }
  });

  it.each(isThorough ? ['text', 'json', 'ndjson', 'csv'] : ['ndjson'])(
    'prints the same: the project’s own captures as %s',
    async (format) => {
      await expectSame([CAPTURES, '--format', format]);
    },
  );

  it('prints the same: many connections, over several blocks, most of them only counted', async () => {
    await expectSame([many], { alone: true });
    await expectSame([many, '--format', 'ndjson']);
  });

  it('prints the same: many connections, of which those with findings are listed', async () => {
    await expectSame([many, '--format', 'ndjson', '--connections', 'findings']);
    await expectSame([many, many, '--format', 'json', '--connections', 'findings', '--profile', 'smoltcp']);
  });

  it('prints the same of standard input', async () => {
    await expectSame(['-'], { input: readFileSync(many) });
  });

  it('prints the same of standard input that is compressed', async () => {
    const input = gzipSync(readFileSync(many), { level: 1 });
    await expectSame(['-', '--format', 'ndjson'], { input });
  });

  it('prints the same of compressed input, and of what is cut or no capture', async () => {
    const bytes = readFileSync(many);
    const cut = join(folder, 'cut.pcap');
    writeFileSync(cut, bytes.subarray(0, bytes.length - 7));
    const damaged = join(folder, 'damaged.pcap.gz');
    writeFileSync(damaged, gzipSync(bytes).subarray(0, 50_000));
    const text = join(folder, 'text.pcap');
    writeFileSync(text, 'This is no capture, and long enough to be sure of that.');
    await expectSame([cut, damaged, text, '--format', 'json', '--connections', 'none']);
    await expectSame([text]);
  });

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

  it.each([
    ['at once', 'process.exit(3);'],
    ['while it walks', WHILE_IT_WALKS],
  ])('does not wait for a thread that is gone %s', (_, then) => {
    const preloaded = join(folder, 'gone.cjs');
    writeFileSync(
      preloaded,
      `const { isMainThread, MessagePort } = require('node:worker_threads');
       if (!isMainThread) { ${then} }`,
    );
    const args = ['--require', preloaded, BIN, many, '--threads', '2'];
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: HANGS });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('a thread ended before its time');
  });

  it('prints the same of captures with and without segments by turns', async () => {
    const empty = join(folder, 'empty.pcap');
    writeFileSync(empty, '');
    const some = join(CAPTURES, 'four-way-client-first.pcap');
    await expectSame([some, empty, some, empty, empty, many, empty, '--format', 'ndjson']);
  });

  it.each(
    sampled(
      ['json', 'ndjson'].flatMap((format) => ['none', 'all'].map((connections) => [format, connections])),
    ),
  )(
    'prints the same of captures of other days: %s, connections %s',
    async (format = '', connections = '') => {
      const later = join(folder, 'later.pcap');
      writeFileSync(later, shifted(readFileSync(many), 100_000));
      // Short enough that connections are over before their capture is.
      const options = ['--format', format, '--connections', connections, '--msl', '1'];
      await expectSame([many, later, many, ...options]);
    },
  );

  it.skipIf(!existsSync('/dev/full'))('stops where nothing can be written any more', () => {
    // More than may be under way from one thread to another.
    const more = join(folder, 'more.pcap');
    writeConnections(more, { connections: 12_000, open: 3000 });
    for (const threads of isThorough ? ['1', '2', '3'] : ['3']) {
      const full = openSync('/dev/full', 'w');
      const args = [BIN, more, '--format', 'ndjson', '--threads', threads];
      const ran = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], timeout: HANGS });
      closeSync(full);
      expect(ran.status).toBe(2);
      expect(String(ran.stderr)).toContain('error[unwritable]');
    }
  });

  it.skipIf(!present)('prints the same: recordings of many incarnations', async () => {
    await expectSame([TRUTH, '--format', 'ndjson', '--profile', 'linux']);
  });
});
