import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = 'dist/command/main.js';

/** Builds dist before the tests, where it is missing or older than the sources: the CLI's tests run what is shipped. */
export default function setup(): void {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((name) => changed(join('src', name))));
  if (changed(BUILT) > newest) return;
  const { stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (changed(BUILT) <= newest) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

/** Milliseconds since 1970; 0 where there is no such file. */
function changed(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
