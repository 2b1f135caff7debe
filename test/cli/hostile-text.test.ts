import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEAK, VIOLATION } from '../support/checked-run.ts';
import { harmOf } from '../support/hostile-text.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

const COMMAND = '\n::error::x';
const NAME = `a \u001b[31m\u202e${COMMAND}`;
const REASON = `x\u001b[31m${COMMAND} ::error::y`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-hostile-'));
  writeFileSync(join(folder, NAME), ladder(VIOLATION));
  writeFileSync(join(folder, `zeros${COMMAND}`), new Uint8Array(100));
  writeFileSync(join(folder, 'leak.pcap'), ladder(LEAK));
  writeFileSync(join(folder, `no config${COMMAND}`), '{');
  const waivers = [
    { rule: 'missing-fin', reason: REASON, expires: '2099-12-31' },
    { rule: 'fin-moved', reason: REASON, expires: '2001-12-31' },
  ];
  writeFileSync(join(folder, `waivers${COMMAND}`), JSON.stringify({ waivers }));
  mkdirSync(join(folder, `folder${COMMAND}`));
  copyFileSync(join(folder, NAME), join(folder, `folder${COMMAND}`, NAME));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[], env = {}) => lastack(args, { cwd: folder, env });
const FORMATS = ['text', 'json', 'ndjson', 'csv', 'markdown', 'junit', 'tap', 'sarif', 'gitlab'] as const;
const CONFIG = ['--config', `waivers${COMMAND}`];

describe('a name or a reason that would be obeyed', () => {
  it.each(FORMATS)('is only shown in %s, and on standard error', async (format) => {
    const captures = [NAME, 'leak.pcap', `zeros${COMMAND}`, `folder${COMMAND}`];
    for (const options of [[], CONFIG, ['--strict-input']]) {
      const { stdout, stderr } = await run([...captures, '--format', format, ...options]);
      expect(stdout).not.toBe('');
      expect(harmOf(stdout + stderr)).toEqual([]);
    }
  });

  it('makes no workflow command of its own, nor anything in the job summary', async () => {
    const summary = join(folder, 'summary.md');
    rmSync(summary, { force: true });
    const { stdout } = await run([NAME, `zeros${COMMAND}`, '--format', 'github', ...CONFIG], {
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(stdout.match(/^\s*::.*/gm)).toEqual([
      expect.stringMatching(/^::error file=a \\x1b.*title=data-a/),
    ]);
    expect(harmOf(stdout.replace(/^::error /, ''))).toEqual([]);
  });

  it.each<readonly string[]>([
    ['show', NAME],
    ['show', NAME, '--format', 'json'],
    ['show', `folder${COMMAND}`, '--filter', NAME],
    ['extract', NAME, '--findings', '-o', `out${COMMAND}`],
    ['baseline', 'write', `base${COMMAND}`, NAME],
    [NAME, '--baseline', `base${COMMAND}`],
    [NAME, '--baseline', `none${COMMAND}`],
    [NAME, '--baseline', `no config${COMMAND}`],
    [NAME, '--save-state', `state${COMMAND}`],
    [NAME, '--resume', NAME],
    ['diff', NAME, 'leak.pcap', ...CONFIG],
    ['diff', NAME, 'leak.pcap', '--format', 'json'],
    ['--print-config', ...CONFIG],
    [NAME, '--config', `no config${COMMAND}`],
    [`missing${COMMAND}`],
    [`--no-such-${COMMAND}`],
    ['--profile', COMMAND, NAME],
    ['explain', COMMAND],
    ['extract', NAME, '--rule', COMMAND, '-o', 'x'],
    ['extract', NAME, '--findings', '-o', `none${COMMAND}/x`],
    [`zeros${COMMAND}`],
  ])('is only shown by lastack %j', async (...args) => {
    const { stdout, stderr } = await run(args);
    expect(stdout + stderr).not.toBe('');
    expect(harmOf(stdout + stderr)).toEqual([]);
    if (stderr.startsWith('error[')) expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('comes in commands such that a shell takes it back', async () => {
    const { stdout } = await run([NAME]);
    const command = /lastack show (.*) --connection 0/.exec(stdout)?.[1] ?? '';
    const { spawnSync } = await import('node:child_process');
    const echoed = spawnSync('bash', ['-c', `printf %s ${command}`], { env: { LC_ALL: 'C.UTF-8' } });
    if (echoed.error === undefined) expect(String(echoed.stdout)).toBe(NAME);
  });
});
