import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = 'dist/cli/main.js';
const SCHEMAS = ['report/report.schema.json', 'policy/config.schema.json'];

/** Builds dist before the tests, where it is missing or older than the sources: the CLI's tests run what is shipped. */
export default function setup(): void {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((name) => changed(join('src', name))));
  if (changed(BUILT) > newest) return;
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', 'src'], { cwd: ROOT, encoding: 'utf8' });
  for (const schema of SCHEMAS) cpSync(join(ROOT, 'src', schema), join(ROOT, 'dist', schema));
  if (changed(BUILT) === 0) throw new Error(`the build failed:\n${stdout}`);
}

/** Milliseconds since 1970; 0 where there is no such file. */
function changed(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
