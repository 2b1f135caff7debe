import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLEAN, LEAK, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string; value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      id?: string;
      name: string;
      shell: string;
      run: string;
      env?: Record<string, string>;
    }[];
  };
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'), { strict: true }) as Action;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-action-'));
  for (const [name, text] of Object.entries({ good: CLEAN, bad: VIOLATION, 'a leak': LEAK })) {
    writeFileSync(join(folder, `${name}.pcap`), ladder(text));
  }
  for (const name of ['output', 'summary']) writeFileSync(join(folder, name), '');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Runs the steps as a runner does: inputs replaced where the steps name them, each step a script of `bash -eo pipefail`. */
function use(inputs: Readonly<Record<string, string>>) {
  const inputOf = (name: string): string => inputs[name] ?? action.inputs[name]?.default ?? '';
  let last: ReturnType<typeof spawnSync> | undefined;
  for (const { run, env = {} } of action.runs.steps) {
    const given = Object.entries(env).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => inputOf(input)),
    ]);
    last = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...Object.fromEntries(given),
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_OUTPUT: join(folder, 'output'),
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      },
    });
    if (last.status !== 0) break;
  }
  return { status: last?.status, stdout: String(last?.stdout), stderr: String(last?.stderr) };
}

describe('the action', () => {
  it('has what GitHub asks of a composite action', () => {
    expect(action.runs.using).toBe('composite');
    for (const { shell, run } of action.runs.steps) {
      expect(shell).toBe('bash');
      // Text of an input must not become text of a script.
      expect(run).not.toContain('${{');
    }
    const used = action.runs.steps.flatMap(({ env = {} }) => Object.values(env));
    expect(used.map((text) => /inputs\.([\w-]+)/.exec(text)?.[1]).sort()).toEqual(
      Object.keys(action.inputs).sort(),
    );
    const ids = action.runs.steps.flatMap(({ id }) => id ?? []);
    for (const { value } of Object.values(action.outputs)) {
      expect(ids).toContain(/steps\.(\w+)\./.exec(value)?.[1]);
    }
  });

  it('passes a good capture', () => {
    expect(use({ captures: 'good.pcap' })).toEqual({
      status: 0,
      stdout: '1 connection in 1 capture: nothing to report.\n',
      stderr: '',
    });
    expect(read('output')).toBe('exit-status=0\n');
    expect(read('summary')).toContain('nothing to report');
  });

  it('fails a bad one, with annotations, a summary and the reports that were asked for', () => {
    const inputs = { sarif: 'r.sarif', junit: 'r.xml', markdown: 'r.md' };
    const { status, stdout } = use({ captures: 'good.pcap\nbad.pcap\n', ...inputs });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=bad\.pcap,/);
    expect(read('output')).toBe('exit-status=1\n');
    expect(read('summary')).toContain('data-after-fin');
    expect(read('r.sarif.ladders.txt')).toContain('data-after-fin');
    expect(read('r.xml')).toContain('<failure ');
    expect(read('r.md')).toContain('## violation');
  });

  it('hands on what it is told, blanks and all', () => {
    expect(use({ captures: '  a leak.pcap', 'fail-on': 'suspect' }).status).toBe(1);
    expect(use({ captures: 'a leak.pcap', 'fail-on': 'suspect', args: '--linger\n500' }).status).toBe(0);
    expect(use({ captures: '$(touch pwned)' })).toMatchObject({ status: 2 });
    expect(read('output')).toMatch(/exit-status=2\n$/);
  });
});
