import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEAN } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

const ABORT = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n+.1 < R. 1:1(0) ack 1\n';
const many = (count: number, text: string): string =>
  Array.from({ length: count }, (_, index) => `@ connection ${index + 1}\n${text}`).join('\n');

let folder = '';
const run = (command: string, options = {}) => lastack(command.split(' '), { cwd: folder, ...options });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-diff-'));
  writeFileSync(join(folder, 'before.pcap'), ladder(many(20, CLEAN)));
  writeFileSync(join(folder, 'after.pcap'), ladder(many(20, ABORT)));
  writeFileSync(join(folder, 'other.json'), '{"schema":"something/else"}');
  for (const name of ['before', 'after']) {
    await run(`${name}.pcap --format json -o ${name}.json --format ndjson -o ${name}.ndjson`);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lastack diff', () => {
  it.each([
    ['before.pcap before.pcap', 0],
    ['before.pcap after.pcap', 1],
    ['after.pcap before.pcap', 0],
    ['after.pcap before.pcap --fail-on any', 1],
    ['before.pcap before.pcap --fail-on any', 0],
    ['before.pcap after.pcap --fail-on never', 0],
    ['before.pcap none.pcap', 2],
    ['before.pcap', 2],
    ['before.pcap other.json', 2],
    ['- -', 2],
    ['before.pcap after.pcap --chance 2', 2],
    ['before.pcap after.pcap --min-factor 0.5', 2],
  ])('%s ends with %d', async (args, status) => {
    const ran = await run(`diff ${args}`);
    expect({ status: ran.status, errors: ran.stderr.split('\n').length - 1 }).toEqual({
      status,
      errors: status === 2 ? 1 : 0,
    });
  });

  it('says the same of captures and of their reports', async () => {
    const changesOf = async (before: string, after: string): Promise<unknown> =>
      JSON.parse((await run(`diff ${before} ${after} --format json`)).stdout).changes;
    const changes = await changesOf('before.pcap', 'after.pcap');
    expect(changes).toContainEqual(
      expect.objectContaining({ direction: 'worse', what: 'kind', name: 'abort' }),
    );
    expect(await changesOf('before.json', 'after.json')).toEqual(changes);
    expect(await changesOf('before.ndjson', 'after.pcap')).toEqual(changes);
  });

  it('reads a capture from standard input', async () => {
    const ran = await run('diff before.pcap -', { input: readFileSync(join(folder, 'after.pcap')) });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain('after: standard input: 20 connections');
  });

  it('says where the two were checked by different profiles', async () => {
    const { stdout } = await run('diff before.json after.pcap --profile linux');
    expect(stdout).toContain('! Checked by different profiles, rfc9293 (msl 120 s) and linux (msl 30 s).');
  });
});
