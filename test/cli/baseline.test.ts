import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLEAN, LEAK, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-baseline-'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), ladder(text));
  write('good.pcap', CLEAN);
  write('bad.pcap', VIOLATION);
  write('leak.pcap', LEAK);
  write('two.pcap', `@ connection 1\n${VIOLATION}@ connection 2\n${VIOLATION}`);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string) => lastack(command.split(' '), { cwd: folder });
const status = async (command: string): Promise<number | null> => (await run(command)).status;
const known = (): { rule: string; count: number }[] =>
  JSON.parse(readFileSync(join(folder, 'known.json'), 'utf8')).findings;

describe('a baseline', () => {
  it('lets known findings pass, and fails new ones and more of them', async () => {
    const wrote = await run('baseline write known.json bad.pcap');
    expect(wrote).toMatchObject({
      status: 0,
      stdout: 'known.json: 1 kind of finding, 1 finding in all (1 added).\n',
    });
    expect(await status('-q bad.pcap')).toBe(1);
    expect(await status('-q bad.pcap --baseline known.json')).toBe(0);
    expect(await status('-q two.pcap --baseline known.json')).toBe(1);
    expect(await status('-q two.pcap --baseline known.json --max-findings 1')).toBe(0);
    expect(await status('-q leak.pcap --baseline known.json')).toBe(0);
    expect(await status('-q leak.pcap --baseline known.json --fail-on suspect')).toBe(1);
  });

  it('is written the same whatever the run', async () => {
    await run('baseline write known.json leak.pcap bad.pcap');
    const first = readFileSync(join(folder, 'known.json'), 'utf8');
    await run('baseline write known.json bad.pcap leak.pcap');
    expect(readFileSync(join(folder, 'known.json'), 'utf8')).toBe(first);
  });

  it('tells what is known, new and vanished', async () => {
    await run('baseline write known.json bad.pcap');
    const same = await run('bad.pcap --baseline known.json');
    expect(same.stdout).toContain('baseline known.json: kinds of findings: 0 new, 1 known');
    expect(same.stdout.replaceAll('\n', ' ')).toContain('The baseline accounts for all that would fail.');
    const other = await run('leak.pcap --baseline known.json');
    expect(other.stdout).toContain('kinds of findings: 1 new, 0 known, 1 vanished');
    expect(other.stdout).toMatch(/new +suspect +missing-fin +10\.0\.0\.2:80 server +1\n/);
    expect(other.stdout).toMatch(/vanished +violation +data-after-fin +10\.0\.0\.2:80 client +1 → 0\n/);
    const report = JSON.parse((await run('two.pcap --baseline known.json --format json')).stdout);
    expect(report.baseline).toMatchObject({
      path: 'known.json',
      kinds: [{ state: 'more', rule: 'data-after-fin', known: 1, found: 2 }],
    });
  });

  it('is known to the formats of findings', async () => {
    await run('baseline write known.json bad.pcap');
    const of = async (format: string): Promise<string> =>
      (await run(`bad.pcap --baseline known.json --format ${format}`)).stdout;
    const [result] = JSON.parse(await of('sarif')).runs[0].results;
    expect(result).toMatchObject({ ruleId: 'data-after-fin', baselineState: 'unchanged' });
    expect(await of('junit')).not.toContain('<failure');
    expect(await of('tap')).toMatch(/^not ok .* # TODO violation: does not fail this run$/m);
    expect(await of('github')).not.toContain('::error');
    expect(JSON.parse(await of('gitlab'))[0].severity).toBe('info');
    expect(await of('markdown')).toContain('**Known** in the baseline');
  });

  it('is updated with what is new, and pruned of what has gone', async () => {
    await run('baseline write known.json bad.pcap');
    expect((await run('baseline update known.json two.pcap leak.pcap')).stdout).toContain(
      '(1 added, 1 raised)',
    );
    expect(known()).toMatchObject([
      { rule: 'data-after-fin', count: 2 },
      { rule: 'missing-fin', count: 1 },
    ]);
    expect((await run('baseline prune known.json bad.pcap')).stdout).toContain('(1 lowered, 1 removed)');
    expect(known()).toMatchObject([{ rule: 'data-after-fin', count: 1 }]);
    expect((await run('baseline prune known.json good.pcap')).stdout).toContain('0 kinds of findings');
  });

  it.each([
    ['bad.pcap --baseline none.json', 'file-not-found'],
    ['bad.pcap --baseline good.pcap', 'baseline-invalid'],
    ['baseline write good.pcap bad.pcap', 'baseline-invalid'],
    ['baseline update none.json bad.pcap', 'file-not-found'],
    ['baseline write new.json none.pcap', 'file-not-found'],
    ['baseline write none/new.json bad.pcap', 'unwritable'],
    ['baseline write new.json', 'missing-argument'],
    ['baseline', 'missing-argument'],
    ['baseline write - bad.pcap', 'usage'],
    ['extract bad.pcap --rule expected-kinds -o new.json', 'unknown-rule'],
    ['baseline wirte new.json bad.pcap', 'unknown-command'],
  ])('%s is refused with %s', async (command, code) => {
    const before = readFileSync(join(folder, 'good.pcap'));
    const ran = await run(command);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(`error[${code}]: `);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(join(folder, 'good.pcap'))).toEqual(before);
    expect(existsSync(join(folder, 'new.json'))).toBe(false);
  });
});
