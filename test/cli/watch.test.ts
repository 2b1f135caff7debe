import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { BIN, lastack } from './run.ts';

const LATER = '@ connection 2\n@ client 10.0.0.1:50000\n+300 > S 0:0(0)';
const BYTES = ladder(`@ connection 1\n${VIOLATION}\n${LATER}`);

let folder = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-watch-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

/** A watch in a process of its own. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [BIN, 'watch', ...args], { cwd: folder });
  children.push(child);
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const over = once(child, 'close').then(([status]) => ({ status, out, errors }));
  const lines = (type: string): Record<string, unknown>[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['type'] === type);
  return { child, over, lines };
}

const PATIENCE = { timeout: 30_000, interval: 50 };

describe.skipIf(process.platform === 'win32')('watch', () => {
  it('goes on where a file grows, and ends with a signal', async () => {
    const file = join(folder, 'a.pcap');
    writeFileSync(file, BYTES.subarray(0, 300));
    const { child, over, lines } = start(file, '--format', 'ndjson', '--every', '1s');
    // In the midst of a record, and long enough for it to be read.
    await pause(500);
    appendFileSync(file, BYTES.subarray(300));
    await expect.poll(() => lines('finding').length, PATIENCE).toBeGreaterThan(0);
    child.kill('SIGINT');
    const { status, errors } = await over;
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    expect(lines('capture')[0]).toMatchObject({ segments: 9, diagnostics: [] });
    expect(lines('summary')[0]).toMatchObject({ schema: 'lastack/watch/1', connections: 2 });
    expect(lines('moment').at(-1)).toMatchObject({ segments: 9, open: 1 });
  });

  it('ends where another file takes its name, and fails where the file becomes shorter', async () => {
    const file = join(folder, 'a.pcap');
    writeFileSync(file, BYTES);
    const replaced = start(file, '--format', 'ndjson', '--every', '1s');
    await expect.poll(() => replaced.lines('moment').length, PATIENCE).toBeGreaterThan(0);
    renameSync(file, join(folder, 'b.pcap'));
    expect((await replaced.over).status).toBe(0);
    const cut = start(join(folder, 'b.pcap'), '--format', 'ndjson', '--every', '1s');
    await expect.poll(() => cut.lines('moment').length, PATIENCE).toBeGreaterThan(0);
    truncateSync(join(folder, 'b.pcap'), 100);
    const { status, errors } = await cut.over;
    expect(status).toBe(2);
    expect(errors).toMatch(/^error\[unreadable\]: .*b\.pcap has become shorter/);
  });

  it('reads a pipe to its end', async () => {
    const { status, stdout, stderr } = await lastack(['watch', '-', '--every', '60s'], { input: BYTES });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const types = stdout
      .split('\n')
      .map((line) => (line === '' ? '' : (JSON.parse(line) as { type: string }).type));
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'moment',
      'finding',
      'moment',
      'finding',
      'capture',
      'summary',
      '',
    ]);
  });

  it('draws a screen where it is asked to', async () => {
    const { stdout } = await lastack(['watch', '-', '--format', 'screen', '--utc'], { input: BYTES });
    const last = stdout.slice(stdout.lastIndexOf('\u001b[H'));
    expect(last).toContain('lastack watch: standard input');
    expect(last).toContain('1 connection open; 2 began');
    expect(last).toContain('data-after-fin');
  });

  it.each([
    [
      ['.'],
      /^error\[usage\]: \. is a folder: one capture can be watched, a file or standard input \(-\)\.\n$/,
    ],
    [['nothere.pcap'], /^error\[file-not-found\]: There is no file or folder nothere\.pcap\.\n$/],
    [['-', '--every', 'often'], /^error\[invalid-value\]: .*It must be a span of time/],
    [[], /^error\[missing-argument\]: /],
  ])('says in one sentence what is wrong with %j', async (args, sentence) => {
    const { status, stdout, stderr } = await lastack(['watch', ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('says that there is nothing in an empty capture', async () => {
    const { status, stderr } = await lastack(['watch', '-'], { input: new Uint8Array(0) });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[not-a-capture\]: /);
  });
});
