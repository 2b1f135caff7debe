import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEAN, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { runs } from '../support/thorough.ts';
import { lastack } from './run.ts';

type Json = Record<string, unknown>;

let folder = '';
let report: Json = {};
let lines: Json[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-read-back-'));
  writeFileSync(join(folder, 'bad.pcap'), ladder(VIOLATION));
  writeFileSync(join(folder, 'good.pcap'), ladder(CLEAN));
  report = JSON.parse((await run('bad.pcap --format json')).stdout);
  lines = (await run('bad.pcap --format ndjson')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string) => lastack(args.split(' '), { cwd: folder });
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const changed = (change: Json): string => JSON.stringify({ ...report, ...change });
const summaryWith = (change: Json): string =>
  changed({ summary: { ...(report['summary'] as Json), ...change } });

describe('a report that is given to diff', () => {
  it('is read, as JSON and as NDJSON', async () => {
    write('a.json', JSON.stringify(report));
    write('a.ndjson', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(await run('diff a.json a.ndjson')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each<readonly [string, () => string]>([
    ['an empty object', () => '{}'],
    ['another version', () => changed({ schema: 'lastack/report/9' })],
    ['no captures', () => changed({ captures: null })],
    ['captures of nothing', () => changed({ captures: [null] })],
    ['no profile', () => changed({ profile: null })],
    ['an unknown profile', () => changed({ profile: { name: '\u001b[31m', msl: 'x' } })],
    ['no services', () => summaryWith({ services: null })],
    ['a service of nothing', () => summaryWith({ services: [{}] })],
    ['a group of nothing', () => summaryWith({ groups: [null] })],
    ['pressure of nothing', () => summaryWith({ pressure: [7] })],
    ['a count below zero', () => summaryWith({ connections: -1 })],
    ['a policy of nothing', () => changed({ policy: 7 })],
    ['a summary alone', () => JSON.stringify({ type: 'summary' })],
    [
      'a capture line of nothing',
      () => [{ type: 'capture' }, lines.at(-1)].map((line) => JSON.stringify(line)).join('\n'),
    ],
    ['half a document', () => JSON.stringify(report).slice(0, 500)],
    [
      'half of the lines',
      () =>
        lines
          .slice(0, -1)
          .map((line) => JSON.stringify(line))
          .join('\n'),
    ],
  ])('is refused where it is none: %s', async (_, text) => {
    write('hostile.json', text());
    const { status, stdout, stderr } = await run('diff hostile.json good.pcap');
    expect(stderr).toMatch(/^error\[report-invalid\]: hostile\.json is neither [^\n]+\.\n$/);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('a baseline', () => {
  const kind = { rule: 'a', service: 'b', side: null, message: null, tier: 'note', count: 1 };
  const kinds = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({
      ...kind,
      fingerprint: index.toString(16).padStart(16, '0'),
    }));

  it.each<readonly [string, unknown]>([
    ['nothing', null],
    ['another version', { schema: 'lastack/baseline/2', findings: [] }],
    ['a finding of nothing', { schema: 'lastack/baseline/1', findings: [null] }],
    [
      'a fingerprint that is none',
      { schema: 'lastack/baseline/1', findings: [{ ...kind, fingerprint: '<x>' }] },
    ],
    ['two of one fingerprint', { schema: 'lastack/baseline/1', findings: [...kinds(2), ...kinds(1)] }],
    ['too many kinds', { schema: 'lastack/baseline/1', findings: kinds(100_001) }],
  ])('is refused where it is none: %s', async (_, value) => {
    write('known.json', JSON.stringify(value));
    const { status, stderr } = await run('bad.pcap --baseline known.json');
    expect(stderr).toMatch(/^error\[baseline-invalid\]: known\.json is no baseline of lastack: [^\n]+\n$/);
    expect(status).toBe(2);
  });

  it('may be as large as baselines are', async () => {
    write('known.json', JSON.stringify({ schema: 'lastack/baseline/1', findings: kinds(runs(100_000)) }));
    expect((await run('good.pcap --baseline known.json --quiet')).status).toBe(0);
  });
});
