import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { lastack } from './run.ts';

/** Whether a program is there; says so where it is not. */
function has(program: string): boolean {
  const isThere = spawnSync(program, ['--version']).error === undefined;
  if (!isThere) console.warn(`skipped: no ${program} to try the completion or the manual page with`);
  return isThere;
}

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, stdout, stderr } = await lastack(['completion', shell]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    writeFileSync(join(folder, shell), stdout);
  }
  writeFileSync(join(folder, 'lastack.1'), (await lastack(['man'])).stdout);
  writeFileSync(join(folder, 'a.pcap'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of some words. */
function offered(...words: string[]): string[] {
  const script = `source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lastack; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'lastack', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

describe('lastack completion', () => {
  it.skipIf(!has('bash'))('completes commands, options, values and files in bash', () => {
    expect(offered('ex')).toEqual(['extract', 'explain']);
    expect(offered('a.')).toEqual(['a.pcap']);
    expect(offered('check', '--form')).toEqual(['--format']);
    expect(offered('check', '--format', 'js')).toEqual(['json']);
    expect(offered('a.pcap', '--kind', 'half')).toEqual(['half-close']);
    expect(offered('show', '--utc', '--format', '')).toEqual(['text', 'json', 'svg']);
    expect(offered('extract', '-o', 'a')).toEqual(['a.pcap']);
    expect(offered('baseline', 'u')).toEqual(['update']);
    expect(offered('baseline', 'update', '--fail-on', 'n')).toEqual(['note', 'never']);
    expect(offered('explain', 'close-wa')).toEqual(['close-wait']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('help', 'dif')).toEqual(['diff']);
    expect(offered('check', '--linger', '')).toEqual(['']);
  });

  it.skipIf(!has('zsh'))('is a script for zsh', () => {
    expect(spawnSync('zsh', ['-n', join(folder, 'zsh')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.skipIf(!has('fish'))('is a script for fish', () => {
    expect(spawnSync('fish', ['-n', join(folder, 'fish')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('names every command and every option in each shell', async () => {
    const scripts = await Promise.all(['bash', 'zsh', 'fish'].map((shell) => lastack(['completion', shell])));
    for (const { stdout } of scripts) {
      for (const command of COMMANDS.filter((name) => name !== 'help')) expect(stdout).toContain(command);
      for (const option of ['linger', 'print-config', 'key-file', 'min-share', 'every', 'by'])
        expect(stdout).toContain(option);
    }
  });

  it('wants a shell that it knows', async () => {
    const { status, stderr } = await lastack(['completion', 'ksh']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[invalid-value\]: .*bash, zsh, fish/);
  });
});

describe('lastack man', () => {
  it.skipIf(!has('groff'))('is a page without faults, with every command and its options', () => {
    const { status, stdout, stderr } = spawnSync(
      'groff',
      ['-man', '-Tutf8', '-ww', '-P-cbou', join(folder, 'lastack.1')],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of ['check', 'sockets', 'baseline write', 'init'])
      expect(stdout).toContain(`\n   ${name}\n`);
    expect(stdout).toMatch(/--closer <who>\n +First closed by: client, server, both, none/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('One of violation, suspect, inconclusive, note, never.');
  });
});
