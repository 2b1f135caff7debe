import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRIES = ['index', 'vitest', 'matchers', 'assert'] as const;

/** Examples of the page on tests, by the names that they have there. */
const PAGE: ReadonlyMap<string, string> = new Map(
  [
    ...readFileSync(`${ROOT}docs/testing.md`, 'utf8').matchAll(
      /<!-- example: (\S+) -->\n```ts\n(.*?)```\n/gs,
    ),
  ].map(([, name = '', code = '']) => [name, code]),
);

/** Examples in the comments of the public entries, as `index-0.ts`; those with `test(` are tests of some runner. */
const COMMENTS: ReadonlyMap<string, string> = new Map(
  ENTRIES.flatMap((entry) =>
    [...readFileSync(`${ROOT}src/${entry}.ts`, 'utf8').matchAll(/^ \* ```ts\n(.*?)^ \* ```$/gms)].map(
      ([, code = ''], index): [string, string] => [
        `${entry}-${index}${code.includes("from 'vitest'") ? '.test' : ''}.ts`,
        code.replaceAll(/^ \* ?/gm, ''),
      ],
    ),
  ),
);
const EXAMPLES = new Map([...PAGE, ...COMMENTS]);

/** A project of somebody else that has installed the package, with the examples in it. */
const project = mkdtempSync(join(tmpdir(), 'lastack-examples-'));

beforeAll(() => {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules/lastack'));
  for (const name of ['vitest', 'expect', '@types/node']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  cpSync(`${ROOT}captures`, join(project, 'captures'), { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const [name, code] of EXAMPLES) writeFileSync(join(project, name), code);
  const { status, stdout } = compile(['--outDir', 'built', ...EXAMPLES.keys()]);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

afterAll(() => rmSync(project, { recursive: true }));

describe('the examples of the library', () => {
  it('are there, for every entry of the package', () => {
    expect([...PAGE.keys()]).toEqual(['http.test.ts', 'jest.ts', 'node.test.ts', 'library.ts']);
    for (const entry of ENTRIES) expect([...COMMENTS.keys()].join(' ')).toContain(`${entry}-0`);
  });

  it.each([...EXAMPLES.keys()].filter((name) => !isVitest(name)))('runs: %s', (name) => {
    const { status, stdout, stderr } = run([join('built', name.replace(/ts$/, 'js'))]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    if (name === 'library.ts') {
      expect(stdout).toContain("{ 'three-way': 1, refused: 1 }");
      expect(stdout).toMatch(/file-not-found\n$/);
    }
  });

  it('runs: the test of lastack/vitest', () => {
    const { status, stdout } = vitest('vitest-0.test.ts');
    expect(stdout).toMatch(/1 passed/);
    expect(status).toBe(0);
  });
});

describe('the assertions in node:test', () => {
  it('pass, and fail with a ladder', () => {
    const passed = run(['--test', join('built', 'node.test.js')]);
    expect(passed.stdout).toMatch(/^# pass 1$/m);
    expect(passed.status).toBe(0);

    const broken = (PAGE.get('node.test.ts') ?? '').replaceAll('four-way-client-first', 'abort-linger-zero');
    writeFileSync(join(project, 'broken.test.mjs'), broken.replace('port: 80', 'port: 3306'));
    const failed = run(['--test', 'broken.test.mjs']);
    expect(failed.stdout).toContain('The only connection to port 3306 did not close cleanly.');
    expect(failed.stdout).toContain('// ^ note rst-on-close: The client ended the connection with RST');
    expect(failed.stdout).toContain("code: 'ERR_ASSERTION'");
    expect(failed.status).toBe(1);
  });
});

describe('the types', () => {
  it('need no Vitest where only the other entries are used, nor leave anything in them unchecked', () => {
    rmSync(join(project, 'node_modules/vitest'));
    try {
      const others = [...EXAMPLES.keys()].filter((name) => !isVitest(name));
      expect(compile(['--noEmit', '--skipLibCheck', 'false', ...others])).toMatchObject({
        status: 0,
        stdout: '',
      });
    } finally {
      symlinkSync(join(ROOT, 'node_modules/vitest'), join(project, 'node_modules/vitest'));
    }
  });
});

describe('the test of a server in the page on tests', () => {
  const canRecord = isAbleToRecord();

  it.skipIf(!canRecord)('passes, and fails where the server resets', () => {
    const good = vitest('http.test.ts');
    expect(good.stdout).toMatch(/1 passed/);
    expect(good.status).toBe(0);

    const code = PAGE.get('http.test.ts') ?? '';
    const broken = code.replace("response.end('hello')", 'request.socket.resetAndDestroy()');
    expect(broken).not.toBe(code);
    writeFileSync(join(project, 'reset.test.ts'), broken);
    const { status, stdout, stderr } = vitest('reset.test.ts');
    const said = stdout + stderr;
    expect(said).toMatch(/Error: expect\(capture\)\.toCloseCleanly\(\{"port":(\d+),"connections":5\}\)/);
    expect(said).toMatch(/5 of 5 connections to port \d+ did not close cleanly\./);
    expect(said).toContain('The server closed first, with an RST and');
    expect(said).toMatch(/\/\/ \^ (note|suspect) rst-on-close: The server ended the connection/);
    expect(status).toBe(1);
  });
});

function isVitest(name: string): boolean {
  return EXAMPLES.get(name)?.includes("from 'vitest'") === true;
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In the project, as a user would, without what this run has set for itself. */
function run(args: readonly string[]): Ran {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|NODE_TEST|NODE_OPTIONS|FORCE_COLOR|TEST$)/.test(name),
    ),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', TMPDIR: project },
  });
  return { status, stdout, stderr };
}

function vitest(file: string): Ran {
  return run([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', project, file]);
}

function compile(args: readonly string[]): Ran {
  const options = [
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--strict',
    '--types',
    'node',
    '--skipLibCheck',
  ];
  return run([join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, ...args]);
}

/** Root, tcpdump and a loopback interface that it may open. */
function isAbleToRecord(): boolean {
  const { status } = spawnSync('tcpdump', ['-i', 'lo', '--list-data-link-types']);
  if (status === 0 && process.getuid?.() === 0) return true;
  console.warn('skipped: the test of a server in the page on tests needs tcpdump and root');
  return false;
}
