import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastack, type Ran } from './run.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-way-out-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in a process, and in threads, into which a fault was put. */
async function faulty(name: string, fault: string, args: readonly string[]): Promise<Ran> {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `import { isMainThread } from 'node:worker_threads';\n${fault}`);
  return await lastack(args, { alone: true, env: { NODE_OPTIONS: `--import=${pathToFileURL(path).href}` } });
}

/** As soon as the command waits for rejections. */
const LATER = (what: string): string =>
  `const { on } = process;
   process.on = function (name, ...rest) {
     if (name === 'unhandledRejection') setImmediate(() => { ${what} });
     return on.call(this, name, ...rest);
   };`;

const FAULTS: readonly (readonly [name: string, fault: string, args: readonly string[]])[] = [
  [
    'an error',
    `Object.defineProperty(process.stderr, 'isTTY', { get() { throw new TypeError('made for the test'); } });`,
    ['three-way.pcap'],
  ],
  ['something that is no error', LATER(`throw 'made for the test';`), ['three-way.pcap']],
  ['a rejection', LATER(`Promise.reject(new Error('made for the test'));`), ['show', 'three-way.pcap']],
  [
    'a thread that cannot start',
    `if (!isMainThread) throw new RangeError('made for the test');`,
    ['three-way.pcap', '--threads', '2'],
  ],
  [
    'a thread that fails at its work',
    `if (!isMainThread) TextDecoder.prototype.decode = () => { throw new Error('made for the test'); };`,
    ['three-way.pcap', '--threads', '3', '--format', 'ndjson'],
  ],
  [
    'a thread that just ends',
    `if (!isMainThread) process.exit(0);`,
    ['three-way.pcap', '--threads', '2', '--quiet'],
  ],
  [
    'a wait for what never comes',
    `process.stdin[Symbol.asyncIterator] = () => ({ next: () => new Promise(() => {}) }); process.stdin.unref?.();`,
    ['-'],
  ],
];

describe('what nobody foresaw', () => {
  it.each(FAULTS)('ends with 2 and asks for a report: %s', async (name, fault, args) => {
    const { status, stdout, stderr } = await faulty(name.replaceAll(' ', '-'), fault, args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error\[internal\]: [^\n]+\.\n$/);
    expect(stderr).toContain(
      `please report it with this command, lastack ${args.join(' ')}, and version, lastack 0.`,
    );
  });

  it.each(FAULTS.slice(0, 5))('shows where it was under --debug: %s', async (name, fault, args) => {
    const { status, stderr } = await faulty(`debug-${name.replaceAll(' ', '-')}`, fault, [
      ...args,
      '--debug',
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[internal\]: [^\n]+\.\n.*made for the test/);
    if (name !== 'something that is no error') expect(stderr).toMatch(/\n +at /);
  });

  it('is no stream of errors that nobody reads', async () => {
    const deaf = `process.stderr.write = () => { process.nextTick(() => { throw Object.assign(new Error('EPIPE'), { code: 'EPIPE', syscall: 'write' }); }); return true; };`;
    const { status, stdout } = await faulty('deaf', deaf, ['three-way.pcap', 'missing.pcap']);
    expect([status, stdout]).toEqual([2, '']);
  });
});
