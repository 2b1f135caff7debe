import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readState } from '../../src/cli/state-file.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { isThorough } from '../support/thorough.ts';
import { CAPTURES, lastack } from './run.ts';

const VERSION = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
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

const bodyOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(bytes.indexOf(0x0a) + 1);

/** Writes `other` anew, under a name, as somebody would who knows how the checksum is made. */
function save(name: string, { version = VERSION, change = (header: unknown): unknown => header }): void {
  const body = Buffer.from(bodyOf(readFileSync(join(folder, 'other'))));
  const [from, to] = [body.indexOf(0x0a) + 1, body.indexOf(0x0a, body.indexOf(0x0a) + 1)];
  const header = JSON.stringify(change(JSON.parse(body.subarray(from, to).toString())));
  const changed = Buffer.concat([body.subarray(0, from), Buffer.from(header), body.subarray(to)]);
  const told = `lastack state 2, lastack ${version}, profile rfc9293, msl 120`;
  const sum = createHash('sha256').update(`${told}\n`).update(changed).digest('hex');
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from(`${told}, sha256 ${sum}\n`), changed]));
}

type Header = Record<string, Record<string, unknown>>;
const without =
  (...path: readonly string[]) =>
  (header: unknown): unknown => {
    const last = path.at(-1) ?? '';
    const place = path.slice(0, -1).reduce((at, key) => at[key] as Header, header as Header);
    place[last] = null as never;
    return header;
  };
const HOSTILE: readonly (readonly [name: string, change: (header: unknown) => unknown])[] = [
  ['profile null', without('profile')],
  ['captures null', without('captures')],
  ['timeline null', without('timeline')],
  ['awaited null', without('timeline', 'awaited')],
  ['table null', without('table')],
  ['rows null', without('rows')],
  [
    'epoch abc',
    (header) => ({ ...(header as Header), timeline: { ...(header as Header)['timeline'], epoch: 'abc' } }),
  ],
  ['rows a part', (header) => ({ ...(header as Header), rows: 0.125 })],
  ['rows below zero', (header) => ({ ...(header as Header), rows: -1 })],
  [
    'another profile',
    (header) => ({ ...(header as Header), profile: { ...(header as Header)['profile'], msl: 1 } }),
  ],
  [
    'awaited of nothing',
    (header) => ({ ...(header as Header), timeline: { ...(header as Header)['timeline'], awaited: [{}] } }),
  ],
  ['no header', () => 7],
];

describe('a state that somebody changed', () => {
  afterAll(() => {
    for (const name of ['other', 'hostile']) rmSync(join(folder, name));
  });

  it.each(HOSTILE)('is refused though its checksum is right: %s', async (_, change) => {
    await run('first.pcap --save-state other -q');
    save('hostile', {});
    expect((await run('second.pcap --resume hostile -q')).status).toBe(0);
    save('hostile', { change });
    const { status, stderr, stdout } = await run('second.pcap --resume hostile');
    expect(stderr).toMatch(
      /^error\[state-invalid\]: hostile is no state that this version saved, [^\n]+\.\n$/,
    );
    expect([status, stdout]).toEqual([2, '']);
  });

  it('is refused whichever byte it is', async () => {
    await run('first.pcap --save-state other -q');
    const bytes = readFileSync(join(folder, 'other'));
    const profile = PROFILES.rfc9293;
    expect(readState(join(folder, 'other'), profile, VERSION).profile).toEqual(profile);
    for (let at = 0; at < bytes.length; at += isThorough ? 1 : 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      writeFileSync(join(folder, 'hostile'), changed);
      expect(() => readState(join(folder, 'hostile'), profile, VERSION)).toThrow(/is no state/);
    }
  });

  it('says which version and profile wrote it', async () => {
    await run('first.pcap --save-state other -q --profile linux');
    expect(readFileSync(join(folder, 'other'), 'latin1')).toMatch(
      /^lastack state 2, lastack \d+\.\d+\.\d+, profile linux, msl 30, sha256 [0-9a-f]{64}\n/,
    );
  });
});

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
    ['second.pcap --resume other --msl 5', 'state-mismatch'],
    ['second.pcap --resume older', 'state-mismatch'],
    ['second.pcap --resume of-before', 'state-invalid'],
    ['first.pcap --save-state no/such/folder', 'unwritable'],
  ])('%s ends with 2 and error[%s]', async (command, code) => {
    await run('first.pcap --save-state other -q');
    writeFileSync(join(folder, 'cut'), readFileSync(join(folder, 'other')).subarray(0, -4));
    save('older', { version: '0.0.9' });
    writeFileSync(join(folder, 'of-before'), bodyOf(readFileSync(join(folder, 'other'))));
    const { status, stderr, stdout } = await run(command);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: [^\\n]+\\.\\n$`));
  });
});
