import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutputFile, writeWhole } from '../../src/cli/output-file.ts';
import { VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-output-'));
  writeFileSync(join(folder, 'bad.pcap'), ladder(VIOLATION));
  mkdirSync(join(folder, 'out'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const names = (): string[] => readdirSync(at('out')).sort();

describe('a file that is written', () => {
  it('appears whole, with the permissions of the one before it', () => {
    writeFileSync(at('out/a'), 'as it was', { mode: 0o640 });
    const file = new OutputFile(at('out/a'));
    file.output.write(['new']);
    expect(text('out/a')).toBe('as it was');
    file.commit();
    file.discard();
    expect(text('out/a')).toBe('new');
    expect(statSync(at('out/a')).mode & 0o777).toBe(0o640);
    expect(names()).toEqual(['a']);
  });

  it('leaves what stood there where it is given up', () => {
    writeFileSync(at('out/a'), 'as it was');
    const file = new OutputFile(at('out/a'));
    file.output.write(['new']);
    expect(names()).toHaveLength(2);
    file.discard();
    expect([names(), text('out/a')]).toEqual([['a'], 'as it was']);
  });

  it('is never written through a link that has the name of its temporary file', () => {
    writeFileSync(at('target'), 'untouched');
    vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((array) => array);
    const name = `out/.a.${'00'.repeat(12)}.tmp`;
    symlinkSync(at('target'), at(name));
    expect(() => writeWhole(at('out/a'), 'new')).toThrow(
      /^\S+ cannot be written: there is something by now\.$/,
    );
    expect(text('target')).toBe('untouched');
    expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
    expect(names()).toEqual([name.slice(4)]);
  });

  it('has a temporary name that is another one each time', () => {
    const files = [new OutputFile(at('out/a')), new OutputFile(at('out/a'))];
    expect(new Set(names()).size).toBe(2);
    for (const file of files) file.discard();
    expect(names()).toEqual([]);
  });

  it('goes where a link leads that somebody named, and the link stays', () => {
    writeFileSync(at('target'), 'old');
    symlinkSync(at('target'), at('out/link'));
    writeWhole(at('out/link'), 'new');
    expect(text('target')).toBe('new');
    expect(lstatSync(at('out/link')).isSymbolicLink()).toBe(true);
  });

  it('that has to be new takes nobody’s place', () => {
    writeFileSync(at('out/a'), 'as it was');
    expect(() => writeWhole(at('out/a'), 'new', { isNew: true })).toThrow(/there is something by now/);
    expect([names(), text('out/a')]).toEqual([['a'], 'as it was']);
    writeWhole(at('out/b'), 'new', { isNew: true, mode: 0o600 });
    expect(statSync(at('out/b')).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(['a', 'b']);
  });

  it('may have a name as long as names may be', () => {
    const name = `out/${'n'.repeat(255)}`;
    writeWhole(at(name), 'x');
    expect(text(name)).toBe('x');
  });
});

/** Whatever writes a file, with the files that it writes. */
const WRITERS: readonly (readonly [args: string, files: readonly string[]])[] = [
  ['bad.pcap --format json -o out/a.json', ['a.json']],
  ['bad.pcap --format ndjson -o out/a.ndjson --format text', ['a.ndjson']],
  ['bad.pcap --format sarif -o out/a.sarif', ['a.sarif', 'a.sarif.ladders.txt']],
  ['bad.pcap --save-state out/state', ['state']],
  ['baseline write out/known.json bad.pcap', ['known.json']],
  [
    'extract bad.pcap --findings -o out/e.pcapng --anonymize --key-file out/key',
    ['e.pcapng', 'e.pcapng.manifest.json', 'key'],
  ],
];

/** Says of every file that the disk is full, after so many bytes. */
const FULL = (bytes: number): string => `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { writeSync } = fs;
let left = ${bytes};
fs.writeSync = (descriptor, bytes, ...rest) => {
  if (descriptor > 2) {
    if (bytes.length > left) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    left -= bytes.length;
  }
  return writeSync(descriptor, bytes, ...rest);
};
syncBuiltinESMExports();`;

describe('a full disk', () => {
  it.each(WRITERS)('is said, and leaves nothing: lastack %s', async (args, files) => {
    const whole = await lastack(args.split(' '), { cwd: folder });
    expect(whole.status).not.toBe(2);
    expect(names()).toEqual(files);
    const total = files.reduce((sum, name) => sum + statSync(at(`out/${name}`)).size, 0);
    for (const bytes of [0, Math.floor(total / 2), total - 1]) {
      for (const name of names()) rmSync(at(`out/${name}`));
      const preload = at('full.mjs');
      writeFileSync(preload, FULL(bytes));
      const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
      const { status, stderr } = await lastack(args.split(' '), { cwd: folder, alone: true, env });
      expect(stderr).toMatch(/^error\[unwritable\]: [^\n]* there is no space left on the disk; [^\n]*\.\n$/);
      expect(status).toBe(2);
      expect(names()).toEqual([]);
    }
  });

  it('that is a real one leaves what stood there', async () => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', at('out')]);
    if (mounted.status !== 0) {
      console.warn('skipped: a small file system cannot be mounted here');
      return;
    }
    try {
      writeFileSync(at('out/filler'), new Uint8Array(4096));
      writeFileSync(at('out/a.json'), 'as it was');
      const { status, stderr } = await lastack(
        ['bad.pcap', '--format', 'json', '-o', 'out/a.json'].concat(MANY),
        {
          cwd: folder,
        },
      );
      expect(stderr).toMatch(/^error\[unwritable\]: out\/a\.json cannot be written: there is no space left/);
      expect([status, names(), text('out/a.json')]).toEqual([2, ['a.json', 'filler'], 'as it was']);
    } finally {
      spawnSync('umount', [at('out')]);
    }
  });
});

/** The same capture again and again: a report that is large enough. */
const MANY = Array.from({ length: 20 }, () => 'bad.pcap');

describe.skipIf(process.platform === 'win32')('a key file', () => {
  const extract = 'extract bad.pcap --findings -o out/e.pcapng --anonymize --key-file out/key'.split(' ');

  it.each([0o644, 0o640, 0o620, 0o604])('of mode %o is refused', async (mode) => {
    writeFileSync(at('out/key'), '0'.repeat(64));
    chmodSync(at('out/key'), mode);
    const { status, stderr } = await lastack(extract, { cwd: folder });
    expect(stderr).toMatch(/^error\[key-exposed\]: out\/key may be read or changed by others/);
    expect([status, names()]).toEqual([2, ['key']]);
  });

  it('of the owner alone is taken', async () => {
    writeFileSync(at('out/key'), '0'.repeat(64));
    chmodSync(at('out/key'), 0o600);
    expect((await lastack(extract, { cwd: folder })).status).toBe(0);
    expect(text('out/key')).toBe('0'.repeat(64));
  });
});
