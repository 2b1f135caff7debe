import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ECONNRESET/;

describe('the package', () => {
  it('installs from its tarball without a build, and runs: npm i -g, npx', ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastack-package-'));
    try {
      const npm = (...args: string[]) =>
        spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
      // dist is built already; no script may be needed from here on.
      expect(npm('pack', ROOT, '--ignore-scripts').status).toBe(0);
      const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
      const prefix = join(folder, 'prefix');
      const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
      const installed = npm('install', '--global', '--prefix', prefix, ...quietly, `./${tarball}`);
      if (installed.status !== 0 && NO_NETWORK.test(installed.stderr)) {
        console.warn('skipped: no package registry to install the tarball with');
        skip();
      }
      expect(installed.stderr).not.toMatch(/npm error/);
      const capture = join(ROOT, 'captures/close-wait-leak.pcap');
      const ran = spawnSync(join(prefix, 'bin/lastack'), [capture], { encoding: 'utf8' });
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      expect(ran.stdout).toContain('server never closes (CLOSE_WAIT leak)');
      expect(existsSync(join(prefix, 'share/man/man1/lastack.1'))).toBe(true);
      const npx = npm(
        'exec',
        '--yes',
        ...quietly,
        `--package=${join(folder, tarball)}`,
        '--',
        'lastack',
        '-V',
      );
      expect(npx).toMatchObject({ status: 0, stdout: '0.1.0\n' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
