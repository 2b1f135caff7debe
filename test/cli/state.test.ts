import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { CAPTURES, lastack } from './run.ts';

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-state-'));
  const { linkType, list } = await packetsOf(join(CAPTURES, 'three-way.pcap'));
  const middle = list.length - 3;
  writeFileSync(join(folder, 'first.pcap'), captureOf(linkType, list.slice(0, middle)));
  writeFileSync(join(folder, 'second.pcap'), captureOf(linkType, list.slice(middle)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string) => lastack(command.split(' '), { cwd: folder });

describe('--save-state and --resume', () => {
  it('carry what is open to the next capture, through one file', async () => {
    const first = await run('first.pcap --save-state state --format json');
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout).connections).toEqual([]);
    expect(first.stderr).toBe('lastack: 1 connection is kept in state for --resume state.\n');
    const second = await run('second.pcap --resume state --format json');
    const report = JSON.parse(second.stdout);
    expect([second.status, second.stderr]).toEqual([0, '']);
    expect(report.captures.map(({ path }: { path: string }) => path)).toEqual(['first.pcap', 'second.pcap']);
    expect(report.connections).toMatchObject([{ id: 0, close: { kind: 'three-way' }, frames: { first: 1 } }]);
    // The file that is read is replaced once the run has gone well.
    const quiet = await run('second.pcap --resume state --save-state state --quiet');
    expect(quiet).toEqual({ status: 0, stderr: '', stdout: '' });
    expect(readdirSync(folder).sort()).toEqual(['first.pcap', 'second.pcap', 'state']);
  });

  it.each([
    ['second.pcap --resume missing', 'file-not-found'],
    ['second.pcap --resume first.pcap', 'state-invalid'],
    ['second.pcap --resume cut', 'state-invalid'],
    ['second.pcap --resume other --profile linux', 'state-mismatch'],
    ['first.pcap --save-state no/such/folder', 'unwritable'],
  ])('%s ends with 2 and error[%s]', async (command, code) => {
    await run('first.pcap --save-state other -q');
    writeFileSync(join(folder, 'cut'), readFileSync(join(folder, 'other')).subarray(0, -4));
    const { status, stderr, stdout } = await run(command);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: [^\\n]+\\.\\n$`));
  });
});
