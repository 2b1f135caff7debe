import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { isThorough, sampled } from '../support/thorough.ts';
import { BIN, CAPTURES } from './run.ts';

/** The report of all own captures by a Node with these flags, in a shell that was told something before. */
function reportWith(flags: readonly string[], before = 'true'): string {
  const command = [process.execPath, ...flags, BIN, CAPTURES, '--format', 'json'];
  const { stdout, status } = spawnSync('sh', ['-c', `${before} && exec "$0" "$@"`, ...command], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(status).toBe(0);
  return stdout;
}

const usual = reportWith([]);

const LACKS = [
  ['is too little memory for it', '--wasm-max-mem-pages=20'],
  ['is no WebAssembly', '--jitless'],
  ['is no memory for it', '--wasm-max-mem-pages=16'],
] as const;

it.each(sampled(LACKS))('the report is the same where there %s', (_, flag) => {
  expect(usual).toContain('"connections"');
  expect(reportWith([flag])).toBe(usual);
});

it.skipIf(process.platform !== 'linux' || !isThorough)(
  'the report is the same where address space is short',
  () => {
    // Node itself takes 1 GB of it, and V8 reserves 8 for the memory of each WebAssembly.
    expect(reportWith([], 'ulimit -v 6000000')).toBe(usual);
  },
);
