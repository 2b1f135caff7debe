import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { ladder } from '../support/ladder.ts';
import {
  buildEthernet,
  buildExtensionHeader,
  buildIp,
  buildTcpPacket,
  buildTcpSegment,
  concat,
} from '../support/packets.ts';
import { BIN, CAPTURES, lastack } from './run.ts';

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
/** New data beyond the own FIN: a violation by any reading. */
const VIOLATION = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 > P. 2:102(100) ack 1\n+9 < F. 1:1(0) ack 2\n+0 > . 102:102(0) ack 2\n`;

/** Linux: it can be opened and not be read. */
const UNREADABLE = '/proc/self/mem';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-'));
  const write = (name: string, bytes: Uint8Array | string): void => writeFileSync(join(folder, name), bytes);
  const bad = ladder(VIOLATION);
  write('bad.pcap', bad);
  write('cut.pcap', bad.subarray(0, bad.length - 5));
  write('notes.txt', 'not a capture at all\n');
  write('empty', '');
  write('no-packets.pcap', ladder(''));
  const unknown = ladder(VIOLATION);
  new DataView(unknown.buffer).setUint32(20, 147, true);
  write('private-link-type.pcap', unknown);
  mkdirSync(join(folder, 'deep/deeper'), { recursive: true });
  write('deep/b.txt', 'text');
  write('deep/a-capture-without-extension', bad);
  write('deep/deeper/zipped.gz', gzipSync(bad));
  write('deep/deeper/log.gz', gzipSync('a log, not a capture'));
  symlinkSync(join(folder, 'bad.pcap'), join(folder, 'deep/link'));
  mkdirSync(join(folder, 'nothing'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, options = {}) =>
  lastack(command.split(' ').filter(Boolean), { cwd: folder, ...options });

describe.concurrent('the exit status', () => {
  it.each([
    ['three-way.pcap', 0],
    ['three-way.pcap --fail-on note', 1],
    ['../test/violations/no-time-wait.pcap', 1],
    ['../test/violations/no-time-wait.pcap --fail-on never', 0],
    ['close-wait-leak.pcap', 0],
    ['close-wait-leak.pcap --fail-on suspect', 1],
    ['cut-after-first-fin.pcap --fail-on suspect', 0],
    ['cut-after-first-fin.pcap --fail-on inconclusive', 1],
  ])('of %s is %i', async (command, status) => {
    expect((await lastack(command.split(' '))).status).toBe(status);
  });

  it('counts findings that are not listed', async () => {
    expect((await run('bad.pcap --connections none')).status).toBe(1);
    expect(await run('bad.pcap --quiet', { alone: true })).toEqual({ status: 1, stdout: '', stderr: '' });
  });

  it('is that of the findings where a capture is damaged, and 2 under --strict-input', async () => {
    const usual = await run('cut.pcap');
    expect(usual.status).toBe(1);
    expect(usual.stdout).toContain('record-truncated');
    expect(usual.stderr).toBe('');
    const strict = await run('cut.pcap --strict-input', { alone: true });
    expect(strict.status).toBe(2);
    expect(strict.stdout).toContain('data-after-fin');
    expect(strict.stderr).toMatch(/^error\[damaged-input\]: cut\.pcap: /);
  });

  it('is 2 only if nothing could be read', async () => {
    const some = await run('notes.txt bad.pcap');
    expect(some.status).toBe(1);
    expect(some.stdout).toContain('! notes.txt: ');
    expect((await run('notes.txt empty', { alone: true })).status).toBe(2);
  });
});

describe('an error', () => {
  it.each([
    ['missing.pcap', 'file-not-found'],
    ['bad.pcap/inside', 'file-not-found'],
    ['nothing', 'no-capture-in-folder'],
    ['', 'no-capture-named'],
    ['notes.txt', 'not-a-capture'],
    ['empty', 'not-a-capture'],
    ['no-packets.pcap', 'no-tcp'],
    ['private-link-type.pcap', 'link-type-unsupported'],
    ['bad.pcap --reader pcap-parser', 'reader-unsupported'],
    ['- -', 'usage'],
    ['bad.pcap --nonsense', 'unknown-option'],
    ['bad.pcap --format yaml', 'invalid-value'],
    ['bad.pcap --msl 0', 'invalid-value'],
    ['bad.pcap --linger soon', 'invalid-value'],
    ['bad.pcap --profile', 'missing-value'],
    ['show', 'missing-argument'],
    ['show bad.pcap cut.pcap', 'excess-argument'],
    ['show bad.pcap --connection 7', 'connection-not-found'],
    ['show bad.pcap --connection seven', 'invalid-value'],
    ['show bad.pcap --filter 10.0.0.9:1', 'connection-not-found'],
    ['show notes.txt --connection 0', 'not-a-capture'],
    ['show missing.pcap', 'file-not-found'],
    ['sockets', 'missing-argument'],
    ['sockets missing.pcap', 'file-not-found'],
    ['sockets notes.txt', 'not-a-capture'],
    ['sockets bad.pcap --at noon', 'invalid-value'],
    ['sockets bad.pcap --at 25:00:00', 'invalid-value'],
    ['sockets bad.pcap --at #0', 'invalid-value'],
    ['sockets bad.pcap --at +1000s', 'moment-outside'],
    ['sockets bad.pcap --at #1000', 'moment-outside'],
    ['sockets bad.pcap --at 2001-01-01T00:00:00Z', 'moment-outside'],
    ['sockets bad.pcap --every 0s', 'invalid-value'],
    ['sockets bad.pcap --every soon', 'invalid-value'],
    ['sockets bad.pcap --list --every 1s', 'usage'],
    ['sockets bad.pcap --ports 5-4', 'invalid-value'],
    ['sockets bad.pcap --ports 1-65536', 'invalid-value'],
    ['bad.pcap --ports many', 'invalid-value'],
    ['explain nothing-like-it', 'unknown-rule'],
    ['extract', 'usage'],
    ['extract bad.pcap --findings', 'usage'],
    ['extract bad.pcap -o new.pcapng', 'usage'],
    ['extract bad.pcap --findings -o -', 'usage'],
    ['extract bad.pcap --findings -o new.pcapng --manifest new.pcapng', 'usage'],
    ['extract bad.pcap --findings -o new.pcapng --anonymize --payload', 'usage'],
    ['extract bad.pcap --findings -o new.pcapng --anonymize --keep-comments', 'usage'],
    ['extract bad.pcap --findings -o new.pcapng --key-file notes.txt', 'usage'],
    ['extract bad.pcap --findings -o new.pcapng --anonymize --key-file notes.txt', 'key-invalid'],
    ['extract bad.pcap --findings -o ./bad.pcap', 'output-is-input'],
    ['extract bad.pcap --findings -o new.pcapng --manifest deep/link', 'output-is-input'],
    ['extract bad.pcap --findings -o nowhere/new.pcapng', 'unwritable'],
    ['extract bad.pcap --connection 7 -o new.pcapng', 'connection-not-found'],
    ['extract bad.pcap --rule data-after-fim -o new.pcapng', 'unknown-rule'],
    ['extract bad.pcap --rule time-wait-pressure -o new.pcapng', 'unknown-rule'],
    [
      'extract bad.pcap --rule rst-on-close -o new.pcapng --anonymize --key-file new.key',
      'nothing-to-extract',
    ],
    ['extract deep --findings -o new.pcapng', 'several-captures'],
    ['extract notes.txt --findings -o new.pcapng', 'not-a-capture'],
    ['extract missing.pcap --findings -o new.pcapng', 'file-not-found'],
  ])('of "lastack %s" is %s, in one line on standard error', async (command, code) => {
    const { status, stdout, stderr } = await run(command);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: [A-Z"'-]?.+[.)?]\\n$`));
  });

  it.skipIf(process.getuid?.() === 0)('of a file that may not be read is permission-denied', async () => {
    const path = join(folder, 'secret.pcap');
    writeFileSync(path, '', { mode: 0 });
    expect((await run('secret.pcap')).stderr).toMatch(/^error\[permission-denied\]/);
  });

  it.skipIf(!existsSync(UNREADABLE))('of a file that cannot be read to its end names that one', async () => {
    for (const command of ['', 'baseline write b.json ', 'extract --findings --output e.pcapng ']) {
      const { status, stderr } = await run(`${command}${UNREADABLE} bad.pcap`);
      expect(stderr).toMatch(/^error\[unreadable\]: \/proc\/self\/mem cannot be read: EIO/);
      expect(status).toBe(2);
    }
  });

  it.skipIf(process.platform === 'win32')('of a folder as standard input says so', () => {
    const stdin = openSync(folder, 'r');
    const { status, stderr } = spawnSync(process.execPath, [BIN, '-'], { stdio: [stdin, 'pipe', 'pipe'] });
    closeSync(stdin);
    expect(String(stderr)).toMatch(/^error\[unreadable\]: Standard input is a folder/);
    expect(status).toBe(2);
  });

  it('suggests what may have been meant', async () => {
    expect((await run('bad.pcap --fromat json')).stderr).toContain('Did you mean --format?');
    expect((await run('explain close-wiat')).stderr).toContain('Did you mean close-wait?');
    expect((await run('chekc bad.pcap')).stderr).toContain('Did you mean the command check?');
  });

  it('leaves a whole document in machine formats', async () => {
    const { stdout } = await run('notes.txt --format json');
    expect(JSON.parse(stdout).captures[0].diagnostics[0].code).toBe('not-a-capture');
  });

  it('lists the connections to choose from', async () => {
    const { status, stderr } = await lastack(['show', 'short-connections-300.pcap']);
    expect(status).toBe(2);
    expect(stderr).toContain('error[connection-not-chosen]: 300 connections are in it; choose one:');
    expect(stderr).toContain('… and 280 more');
  });
});

describe('input', () => {
  it('comes from standard input', async () => {
    const input = readFileSync(join(folder, 'bad.pcap'));
    const checked = await run('-', { input });
    expect(checked.stdout).toContain('standard input: 1 connection');
    expect(checked.status).toBe(1);
    const shown = await run('show -', { input });
    expect(shown.stdout).toContain('connection 0 of standard input');
    expect(shown.status).toBe(0);
  });

  it('comes from folders, each capture told by its content, in the order of names', async () => {
    const { stdout } = await run('deep --format json');
    expect(JSON.parse(stdout).captures.map(({ path }: { path: string }) => path)).toEqual([
      'deep/a-capture-without-extension',
      'deep/deeper/zipped.gz',
      'deep/link',
    ]);
  });

  it('may be several captures, whose connections are numbered through', async () => {
    const { stdout } = await run('bad.pcap deep --format json');
    const { connections } = JSON.parse(stdout);
    expect(connections.map(({ capture }: { capture: number }) => capture)).toEqual([0, 1, 2, 3]);
  });

  it.concurrent.each([
    'bad.pcap',
    'check bad.pcap',
    'bad.pcap deep',
    'check -',
    '-',
    'missing.pcap',
    'chekc bad.pcap',
    'check show',
  ])('is the same without options as with one that says what goes anyway: lastack %s', async (command) => {
    const options = command.endsWith('-') ? { input: readFileSync(join(folder, 'bad.pcap')) } : {};
    const plain = await run(command, options);
    expect(plain.stdout + plain.stderr).not.toBe('');
    expect(await run(`${command} --reader lastack`, options)).toEqual(plain);
  });

  it('is shown by the address and port of either end', async () => {
    for (const filter of ['10.9.0.1:40000', '10.9.0.1']) {
      const { stderr, stdout } = await lastack(['show', 'short-connections-300.pcap', '--filter', filter]);
      expect(stdout + stderr).toContain('10.9.0.1:40000');
    }
  });
});

describe('an extract', () => {
  const list = () => readdirSync(folder).filter((name) => name.startsWith('new'));

  it('is written with its manifest, and said to be judged as its source', async () => {
    const { status, stdout, stderr } = await run('extract bad.pcap --findings -o new.pcapng');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'new.pcapng: 8 of 8 packets, 1 connection.\n' +
        'A check of it says what a check of the source says: 1 finding, on the same\npackets.\n' +
        'new.pcapng.manifest.json says what was kept and what was removed.\n',
    );
    const [again, before] = await Promise.all([
      run('new.pcapng --format json'),
      run('bad.pcap --format json'),
    ]);
    expect(JSON.parse(again.stdout).connections).toEqual(JSON.parse(before.stdout).connections);
    const manifest = JSON.parse(readFileSync(join(folder, 'new.pcapng.manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ schema: 'lastack/evidence/1', verification: { equal: true } });
  });

  it('comes from standard input and by several numbers, with a key that is made once', async () => {
    const input = readFileSync(join(folder, 'bad.pcap'));
    const command = 'extract - --connection 0 --connection #0 --anonymize --key-file new.key -o new';
    for (const name of ['1', '2']) expect((await run(`${command}${name}`, { input })).status).toBe(0);
    expect(readFileSync(join(folder, 'new1'))).toEqual(readFileSync(join(folder, 'new2')));
    expect(statSync(join(folder, 'new.key')).mode & 0o777).toBe(0o600);
    expect((await run('extract bad.pcap --findings --anonymize -o new2')).status).toBe(0);
    expect(readFileSync(join(folder, 'new1'))).not.toEqual(readFileSync(join(folder, 'new2')));
  });

  it('that cannot be judged as its source says so, and ends with 1; one without a packet is not written', async () => {
    const ends = { src: 'fd00::1', dst: 'fd00::2' };
    const back = { src: 'fd00::2', dst: 'fd00::1', sport: 80, dport: 40_000 };
    const routed = buildExtensionHeader(6, 8);
    const fin = buildIp(43, concat(routed, buildTcpSegment({ seq: 2, ack: 6, flags: 0x11 })), ends);
    const packets = [
      buildTcpPacket({ ...ends, seq: 1, flags: 2 }),
      buildTcpPacket({ ...back, seq: 5, ack: 2, flags: 0x12 }),
      buildEthernet(fin),
    ];
    const save = (name: string, list: readonly Uint8Array[]): void => {
      const writer = new PcapWriter();
      list.forEach((bytes, index) => {
        writer.write({ time: BigInt(index) * 1_000_000_000n, bytes });
      });
      writeFileSync(join(folder, name), writer.bytes());
    };
    save('routed.pcap', packets);
    save('only-routed.pcap', packets.slice(2));
    const routedRun = await run('extract routed.pcap --connection 0 --anonymize -o new.pcapng');
    expect(routedRun.status).toBe(1);
    expect(routedRun.stdout).toContain('1 packet could not be made anonymous and was left out.');
    expect(routedRun.stderr).toMatch(/^warning: .* connection 0 \(.*transitions\)/);
    expect((await run('extract routed.pcap --connection 0 -o new.pcapng')).status).toBe(0);
    for (const name of list()) rmSync(join(folder, name));
    const none = await run('extract only-routed.pcap --connection 0 --anonymize -o new.pcapng');
    expect([none.status, none.stderr.slice(0, 25)]).toEqual([2, 'error[nothing-to-extract]']);
    expect(list()).toEqual([]);
  });

  it('that cannot be had leaves no file', async () => {
    for (const name of list()) rmSync(join(folder, name));
    await run('extract bad.pcap --rule rst-on-close -o new.pcapng --anonymize --key-file new.key');
    expect(list()).toEqual([]);
  });
});

describe('output', () => {
  it.concurrent.each([
    [['short-connections-300.pcap', '--connections', 'all'], {}],
    [['short-connections-300.pcap', '--format', 'json'], {}],
    [['short-connections-300.pcap', '--format', 'ndjson', '--fail-on', 'note'], {}],
    [['rules'], {}],
  ])('into a closed pipe is success: %j', async (args) => {
    expect(await lastack(args, { readOnly: 1 })).toMatchObject({ status: 0, stderr: '' });
  });

  it('has no colour unless asked for, by option or by FORCE_COLOR, and never in machine formats', async () => {
    const colour = '\u001b[';
    expect((await run('bad.pcap')).stdout).not.toContain(colour);
    expect((await run('bad.pcap --color')).stdout).toContain(colour);
    expect((await run('bad.pcap', { env: { FORCE_COLOR: '1' } })).stdout).toContain(colour);
    expect((await run('bad.pcap', { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(
      escape,
    );
    expect((await run('bad.pcap --no-color', { env: { FORCE_COLOR: '1' } })).stdout).not.toContain(colour);
    for (const format of ['json', 'ndjson']) {
      expect((await run(`bad.pcap --color --format ${format}`)).stdout).not.toContain(colour);
    }
  });

  it('lists all connections, those with findings, or none; the summary counts all', async () => {
    const listed = async (which: string): Promise<[number, number]> => {
      const { stdout } = await lastack(['close-wait-leak.pcap', '--format', 'json', '--connections', which]);
      const { connections, summary } = JSON.parse(stdout);
      return [connections.length, summary.connections];
    };
    expect(await listed('all')).toEqual([2, 2]);
    expect(await listed('findings')).toEqual([1, 2]);
    expect(await listed('none')).toEqual([0, 2]);
  });

  it('is the same as json and as ndjson', async () => {
    const document = JSON.parse((await lastack(['half-open-reopened.pcap', '--format', 'json'])).stdout);
    const { stdout } = await lastack(['half-open-reopened.pcap', '--format', 'ndjson']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ofType = (type: string) =>
      lines.filter((line) => line.type === type).map(({ type: _, ...rest }) => rest);
    const byId = (a: { id: number }, b: { id: number }): number => a.id - b.id;
    expect(ofType('connection').sort(byId as never)).toEqual(document.connections);
    expect(ofType('capture').map(({ index: _, ...rest }) => rest)).toEqual(document.captures);
    expect(ofType('summary')[0]).toMatchObject(document.summary);
    expect(lines.at(-1).type).toBe('summary');
  });

  it('of show reads back as a test', async () => {
    const { stdout } = await run('show bad.pcap --full');
    writeFileSync(join(folder, 'again.pcap'), ladder(stdout));
    const [first, again] = await Promise.all([
      run('bad.pcap --format json'),
      run('again.pcap --format json'),
    ]);
    expect(JSON.parse(again.stdout).connections).toEqual(JSON.parse(first.stdout).connections);
  });

  it('prints the version without loading anything', async () => {
    const { version } = JSON.parse(readFileSync(join(CAPTURES, '../package.json'), 'utf8'));
    for (const flag of ['--version', '-V']) {
      expect(await lastack([flag], { alone: true })).toEqual({
        status: 0,
        stdout: `${version}\n`,
        stderr: '',
      });
    }
  });
});
