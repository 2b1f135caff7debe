import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isThorough } from './support/thorough.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the package', () => {
  it('has a lock file in which every package has its integrity', () => {
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    const entries = Object.entries<{ integrity?: string; link?: boolean }>(lock.packages);
    const without = entries.filter(([path, { integrity, link }]) => path !== '' && !link && !integrity);
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it.skipIf(!isThorough)('packs no source maps', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const files: string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
    expect(files).toContain('dist/command/main.js');
    expect(files.filter((path) => path.endsWith('.map'))).toEqual([]);
  });
});
