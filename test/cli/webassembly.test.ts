import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { BIN, CAPTURES } from './run.ts';

/** The report of all own captures by a Node with these flags. */
function reportWith(flags: readonly string[]): string {
  const { stdout, status } = spawnSync(process.execPath, [...flags, BIN, CAPTURES, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(status).toBe(0);
  return stdout;
}

it.each([
  ['is no WebAssembly', '--jitless'],
  ['is too little memory for it', '--wasm-max-mem-pages=16'],
])('the report is the same where there %s', (_, flag) => {
  const usual = reportWith([]);
  expect(usual).toContain('"connections"');
  expect(reportWith([flag])).toBe(usual);
});
