import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastack } from '../cli/run.ts';

const CAPTURE = new URL('../violations/no-time-wait.pcap', import.meta.url).pathname;

/** Whether a program of others is on this machine; said aloud where not. */
function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`skipped: ${program} is not installed`);
    return false;
  }
}

let folder = '';
let evidence = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-'));
  evidence = join(folder, 'evidence.pcapng');
  // A fixed key: under about one in 1,400 of those that are drawn, a prefix of 24 bits stays as it was.
  const key = join(folder, 'key');
  writeFileSync(
    key,
    `${Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 3)).toString('hex')}\n`,
    { mode: 0o600 },
  );
  const options = ['--findings', '--anonymize', '--key-file', key, '-o', evidence];
  const { status } = await lastack(['extract', CAPTURE, ...options]);
  expect(status).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tshark(fields: readonly string[], filter = ''): string[][] {
  const options = [
    '-o',
    'tcp.check_checksum:TRUE',
    '-o',
    'ip.check_checksum:TRUE',
    ...(filter ? ['-Y', filter] : []),
  ];
  const args = [
    '-n',
    '-r',
    evidence,
    ...options,
    '-T',
    'fields',
    '-E',
    'aggregator=|',
    ...fields.flatMap((field) => ['-e', field]),
  ];
  const text = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

describe('an anonymous extract in the tools of others', () => {
  it.skipIf(!has('tshark'))('has its comments in frame.comment, on each frame that a finding names', () => {
    const named = tshark(['frame.number', 'frame.comment'], 'frame.comment contains "time-wait-cut-short"');
    expect(named.map(([frame]) => frame)).toEqual(['10', '11', '12', '13']);
    const comments = named[0]?.[1]?.split('|') ?? [];
    expect(comments).toContain('lastack: server CLOSE_WAIT -> LAST_ACK (send FIN)');
    expect(comments.length).toBe(4);
  });

  it.skipIf(!has('tshark'))('has right checksums, original lengths and nothing malformed', () => {
    const rows = tshark([
      'ip.checksum.status',
      'tcp.checksum.status',
      'frame.cap_len',
      'frame.len',
      'tcp.len',
    ]);
    expect(rows).toHaveLength(13);
    for (const [ip, tcp, captured, length, payload] of rows) {
      expect(ip).toBe('1');
      // Unverified where the payload was cut, for nobody can tell.
      expect(tcp).toBe(payload === '0' ? '1' : '2');
      // Of a short payload the first five bytes are there, blank.
      const blank = Number(payload) > 5 && Number(payload) <= 64 ? 5 : 0;
      expect(Number(length) - Number(captured)).toBe(Number(payload) - blank);
    }
    expect(tshark(['frame.number'], '_ws.malformed')).toEqual([['']]);
  });

  it.skipIf(!has('tcpdump'))('is read by tcpdump', () => {
    const text = execFileSync('tcpdump', ['-nr', evidence], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text.trimEnd().split('\n')).toHaveLength(13);
    expect(text).not.toContain('10.9.0.');
  });

  it.skipIf(!has('editcap'))('goes through editcap and comes out the same to us', async () => {
    const copy = join(folder, 'copy.pcapng');
    execFileSync('editcap', [evidence, copy]);
    const run = async (path: string) => {
      const { stdout } = await lastack([path, '--format', 'json']);
      return JSON.parse(stdout).connections;
    };
    expect(await run(copy)).toEqual(await run(evidence));
  });

  it.skipIf(!has('capinfos'))('is described by capinfos, with its digest as the manifest has it', () => {
    const text = execFileSync('capinfos', [evidence], { encoding: 'utf8' });
    expect(text).toMatch(/Capture application: lastack \d/);
    const { file } = JSON.parse(readFileSync(`${evidence}.manifest.json`, 'utf8'));
    expect(text).toContain(file.sha256);
  });
});
