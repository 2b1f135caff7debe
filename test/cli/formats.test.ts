import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FORMAT_NAMES } from '../../src/cli/format-options.ts';
import { CLEAN, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-formats-'));
  writeFileSync(join(folder, 'bad.pcap'), ladder(VIOLATION));
  writeFileSync(join(folder, 'good.pcap'), ladder(CLEAN));
  mkdirSync(join(folder, 'out'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, options = {}) =>
  lastack(command.split(' ').filter(Boolean), { cwd: folder, ...options });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('--format and --output', () => {
  it('write several formats from one pass, one of them on standard output', async () => {
    const files = FORMAT_NAMES.map((name) => `--format ${name} --output out/r.${name}`).join(' ');
    const { status, stdout, stderr } = await run(`bad.pcap ${files} --format text`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('bad.pcap: 1 connection');
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(
      [...FORMAT_NAMES.map((name) => `r.${name}`), 'r.sarif.ladders.txt'].sort(),
    );
    expect(read('out/r.text')).toBe(stdout);
    for (const name of FORMAT_NAMES) {
      const alone = await run(`bad.pcap --format ${name}`);
      expect(alone.status).toBe(1);
      // On standard output SARIF has its ladders in it.
      if (name !== 'sarif') expect(read(`out/r.${name}`)).toBe(alone.stdout);
    }
  });

  it('name the ladder file as it is seen from the working folder', async () => {
    await run(`bad.pcap --format sarif -o ${join(folder, 'out/r.sarif')}`);
    const uri = 'out/r.sarif.ladders.txt';
    expect(JSON.parse(read('out/r.sarif')).runs[0].artifacts[0].location.uri).toBe(uri);
    expect(read(uri)).toContain('^ violation data-after-fin');
  });

  it('replace a file as a whole, and leave it alone when the run fails', async () => {
    writeFileSync(join(folder, 'r.json'), 'before'.repeat(10_000));
    expect((await run('missing.pcap --format json -o r.json')).status).toBe(2);
    expect(read('r.json')).toMatch(/^before/);
    expect((await run('bad.pcap --format json -o r.json')).status).toBe(1);
    expect(JSON.parse(read('r.json')).summary.connections).toBe(1);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('write files under --quiet, and when nothing could be read', async () => {
    expect(await run('bad.pcap -q --format tap -o r.tap')).toEqual({ status: 1, stdout: '', stderr: '' });
    expect(read('r.tap')).toMatch(/^TAP version 14\n/);
    writeFileSync(join(folder, 'notes.txt'), 'no capture');
    const { status, stderr } = await run('notes.txt --format junit -o r.xml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[not-a-capture\]/);
    expect(read('r.xml')).toContain('<error type="unreadable" message="notes.txt: ');
  });

  it('write to what is no file', async () => {
    expect(await run('good.pcap --format json -o /dev/null')).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = await run('good.pcap --format json -o -');
    expect(JSON.parse(stdout).summary.connections).toBe(1);
  });

  it('finish the files when nobody reads standard output', async () => {
    const { status } = await lastack(
      ['short-connections-300.pcap', '--format', 'ndjson', '--format', 'json', '-o', join(folder, 'r.json')],
      { readOnly: 1 },
    );
    expect(status).toBe(0);
    expect(JSON.parse(read('r.json')).summary.connections).toBe(300);
  });

  it.each([
    ['bad.pcap --output r.out', 'output-without-format'],
    ['bad.pcap --output r --format junit', 'output-without-format'],
    ['bad.pcap --format junit -o a.xml -o b', 'output-without-format'],
    ['bad.pcap --format junit --format json', 'output-conflict'],
    ['bad.pcap --format junit -o r --format json -o ./r', 'output-conflict'],
    ['bad.pcap --format sarif -o r --format text -o r.ladders.txt', 'output-conflict'],
    ['bad.pcap --format json -o out/../bad.pcap', 'output-conflict'],
    ['bad.pcap --format json -o nowhere/r.json', 'unwritable'],
    ['bad.pcap --format json -o out', 'unwritable'],
    ['bad.pcap --format json -o bad.pcap/r.json', 'unwritable'],
    ['bad.pcap --format docx -o r', 'invalid-value'],
    ['bad.pcap --html-connections 5', 'usage'],
    ['bad.pcap --format html --html-connections -5', 'invalid-value'],
    ['bad.pcap --format json -o', 'missing-value'],
  ])('"lastack %s" is %s, in one line, and nothing is written', async (command, code) => {
    const before = read('bad.pcap');
    const { status, stdout, stderr } = await run(command);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: .+[.)]\\n$`));
    expect(readdirSync(folder).sort()).toEqual(['bad.pcap', 'good.pcap', 'out']);
    expect(read('bad.pcap')).toBe(before);
  });

  it('take the format from the name of the file', async () => {
    const { status, stdout } = await run('bad.pcap -o r.sarif -o r.xml --format json -o - -o r.md');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).schema).toBe('lastack/report/1');
    expect(JSON.parse(read('r.sarif')).version).toBe('2.1.0');
    expect(read('r.xml')).toMatch(/^<\?xml/);
    expect(read('r.md')).toMatch(/^# /m);
    expect((await run('bad.pcap -o only.json')).stdout).toBe('');
    expect(JSON.parse(read('only.json')).summary.connections).toBe(1);
  });

  it('suggest the format that was meant', async () => {
    expect((await run('bad.pcap --format sarrif')).stderr).toContain('Did you mean sarif?');
  });
});

describe('--format github', () => {
  it('adds a summary to the one of the step', async () => {
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const { stdout } = await run('bad.pcap --format github', { env: { GITHUB_STEP_SUMMARY: summary } });
    expect(stdout).toMatch(/^::error file=bad\.pcap,title=data-after-fin/);
    expect(read('summary.md')).toMatch(/^before\n## How TCP connections closed\n/);
  });

  it('says where a summary cannot be written, and writes none where GitHub is not', async () => {
    const env = { GITHUB_STEP_SUMMARY: join(folder, 'nowhere/summary.md') };
    const { status, stderr } = await run('bad.pcap --format github', { env });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[unwritable\]: GITHUB_STEP_SUMMARY, /);
    await run('bad.pcap --format github', { env: { GITHUB_STEP_SUMMARY: '' } });
    expect(existsSync(join(folder, 'summary.md'))).toBe(false);
  });
});
