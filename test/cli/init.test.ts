import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validate } from '../../src/policy/validate.ts';
import { ladder } from '../support/ladder.ts';
import { CAPTURES, lastack } from './run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[]) => lastack(args, { cwd: folder });
const written = (name = 'lastack.config.json'): { services: Record<string, unknown>[] } =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const ABORTED = `${OPENING}+1 > R. 1:1(0) ack 1\n`;

describe('lastack init', () => {
  it('writes a configuration that the same capture meets, and another one does not', async () => {
    const { status, stdout, stderr } = await run(['init', `${CAPTURES}three-way.pcap`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^lastack\.config\.json: what 1 service did is expected from now on\./);
    expect(validate(written())).toEqual([]);
    expect(written().services).toEqual([
      {
        address: '10.9.0.2',
        port: 8080,
        closer: 'client',
        kinds: ['four-way', 'three-way', 'simultaneous'],
        longestClose: 1,
        longestCloseWait: 1,
        noReset: true,
      },
    ]);
    expect((await run([`${CAPTURES}three-way.pcap`])).status).toBe(0);
    const worse = await run([`${CAPTURES}abort-unread-data.pcap`]);
    expect(worse.status).toBe(1);
    expect(worse.stdout).toContain('expected-closer');
  });

  it.each([
    'short-connections-300.pcap',
    'half-close-with-data.pcap',
    'rst-after-fin.pcap',
    'time-wait-assassinated.pcap',
    'port-reuse-in-time-wait.pcap',
    'sockets-load.pcap',
    'lost-fin.pcap',
  ])('expects nothing that %s itself does not meet', async (name) => {
    const capture = `${CAPTURES}${name}`;
    expect((await run(['init', capture])).status).toBe(0);
    expect(validate(written())).toEqual([]);
    const { stdout } = await run([capture, '--format', 'json', '--connections', 'none']);
    const { findings } = JSON.parse(stdout).summary;
    expect(Object.keys(findings).filter((rule) => rule.startsWith('expected-'))).toEqual([]);
  });

  it('goes by the port alone where addresses differ from run to run, and takes choices', async () => {
    const args = [`${CAPTURES}short-connections-300.pcap`, '--by', 'port', '--service', ':443', '-o', '-'];
    const { stdout, status } = await run(['init', ...args, '--kind', 'four-way', '--profile', 'linux']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'linux', services: [{ port: 443, noReset: true }] });
    expect(JSON.parse(stdout).services[0].address).toBeUndefined();
    expect(existsSync(join(folder, 'lastack.config.json'))).toBe(false);
  });

  it('says where the capture is not good', async () => {
    const { status, stderr } = await run(['init', `${CAPTURES}close-wait-leak.pcap`]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'lastack: It has 1 suspect finding: what these connections did is expected, too.\n',
    });
  });

  it('leaves a configuration alone that is there, and writes none of nothing', async () => {
    writeFileSync(join(folder, 'lastack.config.json'), 'mine');
    const there = await run(['init', `${CAPTURES}three-way.pcap`]);
    expect(there).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error\[output-conflict\]: /) });
    expect(readFileSync(join(folder, 'lastack.config.json'), 'utf8')).toBe('mine');
    const named = await run(['init', `${CAPTURES}three-way.pcap`, '--config', 'lastack.config.json']);
    expect(named).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error\[usage\]: /) });
    const nothing = await run(['init', `${CAPTURES}left-open.pcap`, '-o', 'new.json']);
    expect(nothing).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^error\[nothing-to-expect\]: /),
    });
    expect(existsSync(join(folder, 'new.json'))).toBe(false);
  });

  it('allows an abort where there are aborts, and then no orderly close', async () => {
    writeFileSync(join(folder, 'aborted.pcap'), ladder(ABORTED));
    expect((await run(['init', 'aborted.pcap'])).status).toBe(0);
    expect(written().services).toEqual([
      { address: '10.0.0.2', port: 80, closer: 'client', kinds: ['abort'] },
    ]);
  });
});
