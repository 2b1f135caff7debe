// Builds the package into dist/: types and modules, the WebAssembly, and the command in a few files. What an earlier build left and
// this one did not write is removed at the end, so that a command that runs meanwhile finds all of its files.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { buildViewer } from './build-viewer.mjs';

const BEGUN = join('dist', '.begun');
const WASM =
  '--runtime stub -O3 --noAssert --initialMemory 18 --maximumMemory 65536 --importMemory --sharedMemory --enable threads';
/** Packages that the command loads where it needs them. */
const EXTERNAL = [
  'ajv/dist/2020.js',
  'commander',
  'pcap-parser',
  'picocolors',
  'table',
  'xz-decompress',
  'zstddec',
];
const SCHEMAS = ['report/report.schema.json', 'policy/config.schema.json'];

mkdirSync('dist', { recursive: true });
writeFileSync(BEGUN, '');
run('tsc', ['-p', 'src']);
run('asc', ['src/fast/wasm/core.ts', '-o', 'dist/compact-core.wasm', ...WASM.split(' '), '--use', 'abort=']);
await build({
  input: ['dist/cli/main.js', 'dist/engine/share-worker.js'],
  platform: 'node',
  external: EXTERNAL,
  output: { dir: 'dist/command', format: 'esm' },
});
await build({
  input: 'src/report/html/client/page-script.ts',
  platform: 'browser',
  output: { file: 'dist/page/page.js', format: 'iife', minify: true },
});
await buildViewer();
for (const name of SCHEMAS) cpSync(join('src', name), join('dist', name));
const page = execFileSync(process.execPath, [join('bin', 'lastack.js'), 'man'], { encoding: 'utf8' });
writeFileSync(join('dist', 'lastack.1'), page);
const begun = statSync(BEGUN).mtimeMs;
for (const name of readdirSync('dist', { recursive: true })) {
  const path = join('dist', name);
  if (statSync(path).isFile() && statSync(path).mtimeMs <= begun) rmSync(path);
}

function run(tool, options) {
  execFileSync(join('node_modules', '.bin', tool), options, { stdio: 'inherit' });
}
