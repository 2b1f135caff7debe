import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCaptures } from '../../src/cli/find-captures.ts';
import { interruption } from '../../src/cli/interruption.ts';
import { CLEAN } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { isThorough, runs } from '../support/thorough.ts';
import { lastack } from './run.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-folder-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/good.pcap'), ladder(CLEAN));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string, env = {}) => lastack(args.split(' '), { cwd: folder, env });
const link = (name: string, to: string): void => symlinkSync(to, join(folder, 'in', name));

describe.skipIf(process.platform === 'win32')('a folder', () => {
  it('may hold links that lead to themselves, to a folder or nowhere', async () => {
    link('loop', 'loop');
    link('there', 'back');
    link('back', 'there');
    link('nowhere', 'missing');
    link('up', '..');
    link('capture', 'good.pcap');
    const { status, stdout, stderr } = await run('in --format json');
    expect(stderr).toBe(
      'lastack: Passed over in in: 3 links that lead to themselves (the first: in/back), 1 link that leads nowhere (in/nowhere) and 1 link to a folder (in/up).\n',
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout).captures.map(({ path }: { path: string }) => path)).toEqual([
      'in/capture',
      'in/good.pcap',
    ]);
    expect((await run('in --quiet')).stderr).toBe('');
  });

  it('may hold pipes, devices and sockets, none of which is waited for', async () => {
    if (spawnSync('mkfifo', [join(folder, 'in/pipe')]).status !== 0) return;
    link('null', '/dev/null');
    const { status, stderr } = await run('in');
    expect(stderr).toBe('lastack: Passed over in in: 2 pipes, sockets or devices (the first: in/null).\n');
    expect(status).toBe(0);
  });

  /** As it is for a user who may not read them; root may. */
  const FORBIDDEN = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
for (const name of ['openSync', 'readdirSync', 'statSync']) {
  const own = fs[name];
  fs[name] = (path, ...rest) => {
    if (!String(path).includes('secret')) return own(path, ...rest);
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open' });
  };
}
syncBuiltinESMExports();`;

  it('may hold what cannot be read, which fails under --strict-input only', async () => {
    mkdirSync(join(folder, 'in/secret'), { mode: 0 });
    writeFileSync(join(folder, 'in/secret.pcap'), ladder(CLEAN), { mode: 0 });
    link('to-secret', 'secret.pcap');
    const preload = join(folder, 'forbidden.mjs');
    writeFileSync(preload, FORBIDDEN);
    const NODE_OPTIONS = `--import=${pathToFileURL(preload).href}`;
    const alone = (args: string) =>
      lastack(args.split(' '), { cwd: folder, env: { NODE_OPTIONS }, alone: true });
    const usual = await alone('in');
    expect(usual.stderr).toBe(
      'lastack: Passed over in in: 3 entries that cannot be read (the first: in/secret).\n',
    );
    expect(usual.status).toBe(0);
    const strict = await alone('in --strict-input -q');
    expect(strict.stderr).toMatch(
      /^error\[damaged-input\]: Passed over in in: 3 entries .*\(--strict-input\)\n$/,
    );
    expect(strict.status).toBe(2);
    chmodSync(join(folder, 'in/secret'), 0o700);
  });

  it('without a capture says what was passed over', async () => {
    rmSync(join(folder, 'in/good.pcap'));
    link('loop', 'loop');
    const { status, stderr } = await run('in');
    expect(stderr).toMatch(
      /^error\[no-capture-in-folder\]: .* Passed over in in: 1 link that leads to itself/,
    );
    expect(status).toBe(2);
    expect((await run('in/loop')).stderr).toMatch(/^error\[unreadable\]: in\/loop cannot be read: ELOOP/);
  });

  it('may be as deep as a path may be long', async () => {
    let path = join(folder, 'in');
    for (let depth = 0; depth < runs(1000); depth++) path = join(path, 'd');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.pcap'), ladder(CLEAN));
    const found = await findCaptures([join(folder, 'in')]).finally(() => interruption.ignore());
    expect(found).toHaveLength(2);
  });

  it('may hold very many files', async () => {
    const many = isThorough ? 100_000 : 600;
    const bytes = readFileSync(join(folder, 'in/good.pcap'));
    for (let index = 0; index < many; index++) writeFileSync(join(folder, 'in', `${index}.pcap`), bytes);
    const found = await findCaptures([join(folder, 'in')]).finally(() => interruption.ignore());
    expect(found).toHaveLength(many + 1);
  });
});
