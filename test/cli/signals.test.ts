import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { CLEAN, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { buildTcpPacket } from '../support/packets.ts';
import { BIN, type Ran } from './run.ts';

const BAD = ladder(VIOLATION);
let folder = '';
let beside = '';
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-signals-'));
  beside = mkdtempSync(join(tmpdir(), 'lastack-signals-beside-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  for (const path of [folder, beside]) rmSync(path, { recursive: true, force: true });
});

type Running = { readonly child: ChildProcess; readonly over: Promise<Ran & { signal: string | null }> };

/** Says when the command takes signals, and, where asked, sends itself one at the nth read of a file. */
const PRELOAD = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
const { READY, SIGNAL_AT } = process.env;
if (isMainThread) {
  const { on } = process;
  process.on = function (name, ...rest) {
    if (name === 'SIGTERM') setTimeout(() => fs.writeFileSync(READY, ''), 50);
    return on.call(this, name, ...rest);
  };
  let reads = 0;
  const { readSync } = fs;
  fs.readSync = (...args) => {
    if (args[3] > 100_000 || args[1].length > 100_000) {
      reads += 1;
      if (reads === Number(SIGNAL_AT)) process.kill(process.pid, 'SIGINT');
    }
    return readSync(...args);
  };
  syncBuiltinESMExports();
}`;

function start(args: readonly string[], signalAt = ''): Running {
  const preload = join(beside, 'preload.mjs');
  writeFileSync(preload, PRELOAD);
  rmSync(join(beside, 'ready'), { force: true });
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
    READY: join(beside, 'ready'),
    SIGNAL_AT: signalAt,
  };
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env });
  children.push(child);
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      told[name] += text;
    });
  }
  child.stdin.on('error', () => {});
  const over = once(child, 'close').then(([status, signal]) => ({ status, signal, ...told }));
  return { child, over };
}

const names = (): string[] => readdirSync(folder).sort();
const temporary = (): string[] => names().filter((name) => name.endsWith('.tmp'));

/** Until it takes signals, and has had time to take what was written. */
async function listening(): Promise<void> {
  for (let tries = 0; !existsSync(join(beside, 'ready')); tries++) {
    if (tries > 1000) throw new Error('it does not listen');
    await pause(20);
  }
  await pause(200);
}

/** Tens of megabytes. */
function large(): Uint8Array {
  const writer = new PcapWriter();
  for (let time = 0n; time < 20_000n; time++) {
    const bytes = buildTcpPacket({ seq: Number(time), flags: 0x10, payloadLength: 1000 });
    writer.write({ time: time * 1000n, bytes });
  }
  return writer.bytes();
}

describe.skipIf(process.platform === 'win32')('the first signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a silent pipe, and what arrived is used',
    async (signal) => {
      const { child, over } = start(['-', '--format', 'json', '-o', 'out.json', '--save-state', 'state']);
      child.stdin?.write(BAD);
      await listening();
      await expect.poll(() => temporary().length, { timeout: 30_000 }).toBe(2);
      await pause(200);
      child.kill(signal);
      const { status, stderr } = await over;
      expect(stderr).toBe('lastack: 1 connection is kept in state for --resume state.\n');
      expect(status).toBe(0);
      expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')).captures[0].segments).toBe(8);
      expect(names()).toEqual(['out.json', 'state']);
    },
  );

  it('lets a pipe come to its end, with what it says last', async () => {
    const { child, over } = start(['-', '--format', 'json']);
    child.stdin?.write(BAD.subarray(0, 200));
    await listening();
    child.kill('SIGINT');
    await pause(100);
    child.stdin?.end(BAD.subarray(200));
    const { status, stdout } = await over;
    expect(status).toBe(1);
    expect(JSON.parse(stdout).captures[0]).toMatchObject({ segments: 8, diagnostics: [] });
  });

  it('ends a pipe that goes on for ever', async () => {
    const { child, over } = start(['-', '--format', 'json']);
    const block = large();
    child.stdin?.write(block);
    const timer = setInterval(() => child.stdin?.write(block.subarray(24, 100_024)), 20);
    await listening();
    child.kill('SIGINT');
    const { stdout } = await over;
    clearInterval(timer);
    expect(JSON.parse(stdout).captures[0].segments).toBeGreaterThan(1000);
  });

  it('ends a named pipe, written to or not', async () => {
    if (spawnSync('mkfifo', [join(folder, 'fifo')]).status !== 0) return;
    const silent = start(['fifo']);
    await listening();
    silent.child.kill('SIGINT');
    const unread = await silent.over;
    expect(unread.stderr).toMatch(/^error\[not-a-capture\]/);
    expect(unread.status).toBe(2);
    const { child, over } = start(['fifo', '--format', 'json']);
    const writing = openSync(join(folder, 'fifo'), 'r+');
    writeSync(writing, BAD);
    await listening();
    child.kill('SIGTERM');
    const { status, stdout } = await over;
    closeSync(writing);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).captures[0].segments).toBe(8);
  });

  it.each([1, 2])('ends files where they are, and says what is missing: %i threads', async (threads) => {
    writeFileSync(join(folder, 'large.pcap'), large());
    writeFileSync(join(folder, 'small.pcap'), BAD);
    const state = threads === 1 ? ['--save-state', 'state'] : [];
    const options = ['--threads', String(threads), '--format', 'json', '-o', 'out.json', ...state];
    const { over } = start(['large.pcap', 'small.pcap', ...options], '30');
    const { status, stderr } = await over;
    expect(stderr).toBe(
      'error[interrupted]: SIGINT came before all was read: what is missing is the rest of large.pcap and 1 whole capture.\n',
    );
    expect(status).toBe(2);
    const { captures } = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'));
    expect(captures).toMatchObject([{ path: 'large.pcap', diagnostics: [{ code: 'interrupted' }] }]);
    expect(captures[0].segments).toBeGreaterThan(100);
    expect(names()).toEqual(['large.pcap', 'out.json', 'small.pcap']);
  });

  it.each([
    ['extract', '-', 'large.pcap', '--connection', '0', '-o', 'out.pcapng'],
    ['baseline', 'write', 'known.json', '-', 'large.pcap'],
    ['diff', '-', 'large.pcap'],
    ['show', 'large.pcap', '--connection', '0'],
  ])('leaves no part of what is worth nothing in part: %s', async (...args) => {
    writeFileSync(join(folder, 'large.pcap'), large());
    const { child, over } = start(args, '30');
    child.stdin?.end(BAD);
    const { status, stdout, stderr } = await over;
    expect(stderr).toMatch(/^error\[interrupted\]: [^\n]*the rest of large\.pcap\.\n$/);
    expect([status, stdout]).toEqual([2, '']);
    expect(names()).toEqual(['large.pcap']);
  });

  it.each([
    ['baseline', 'write', 'known.json', '-'],
    ['extract', '-', '--findings', '-o', 'out.pcapng'],
    ['show', '-'],
  ])('ends a pipe for %s too, since that is how it ends', async (...args) => {
    const { child, over } = start(args);
    child.stdin?.write(BAD);
    await listening();
    child.kill('SIGINT');
    expect(await over).toMatchObject({ status: 0, stderr: '' });
    expect(temporary()).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the second signal', () => {
  it('ends it at once, without a trace', async () => {
    writeFileSync(join(folder, 'state'), 'as it was');
    const { child, over } = start(['-', '--format', 'json', '-o', 'out.json', '--save-state', 'state']);
    child.stdin?.write(BAD);
    await listening();
    child.kill('SIGINT');
    await pause(60);
    child.kill('SIGTERM');
    const { signal, stderr } = await over;
    expect(stderr).toBe('lastack: stopped at once by a second signal, SIGTERM.\n');
    expect(signal).toBe('SIGTERM');
    expect(names()).toEqual(['state']);
    expect(readFileSync(join(folder, 'state'), 'utf8')).toBe('as it was');
  });
});

describe('a kill that nobody can take', () => {
  it('leaves outputs whole or as they were', async () => {
    writeFileSync(join(folder, 'out.json'), 'as it was');
    writeFileSync(join(folder, 'good.pcap'), ladder(CLEAN));
    const { child, over } = start([
      ...['good.pcap', '-', '--format', 'json', '-o', 'out.json', '--save-state', 'state'],
    ]);
    await listening();
    child.kill('SIGKILL');
    await over;
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe('as it was');
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });
});
