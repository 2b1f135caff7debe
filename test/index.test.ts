import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  type Captures,
  check,
  fromBytes,
  InputError,
  openFile,
  PROFILES,
  show,
  VERSION,
} from '../src/index.ts';

const FOUR_WAY = new URL('../captures/four-way-client-first.pcap', import.meta.url).pathname;

describe('the library', () => {
  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });

  it('checks a file, with the profile that is asked for', async () => {
    const report = await check(FOUR_WAY, { profile: PROFILES.linux });
    expect(report.profile).toEqual({ name: 'linux', msl: 30 });
    expect(report.connections.map(({ close }) => close.kind)).toEqual(['four-way']);
    expect(report.captures.map(({ path }) => path)).toEqual([FOUR_WAY]);
  });

  it('has the defaults of the command line', async () => {
    const report = await check(readFileSync(FOUR_WAY));
    expect(report.profile).toEqual({ name: 'rfc9293', msl: 120 });
    expect(report.summary.verdicts.conformant).toBe(1);
  });

  const bytes = readFileSync(FOUR_WAY);
  const arrayBuffer = new Uint8Array(bytes).buffer;
  const forms: Readonly<Record<string, () => Captures>> = {
    'a path': () => FOUR_WAY,
    'a file URL': () => pathToFileURL(FOUR_WAY),
    'a Buffer': () => bytes,
    'a Uint8Array within a larger buffer': () => Uint8Array.from([7, ...bytes, 7]).subarray(1, -1),
    'an ArrayBuffer': () => arrayBuffer,
    'a Node stream': () => createReadStream(FOUR_WAY, { highWaterMark: 17 }),
    'a stream of many chunks': () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]),
    'a web stream': () => new Blob([bytes]).stream(),
    'a web stream that cannot be iterated': () => ({
      getReader: () => new Blob([bytes]).stream().getReader(),
    }),
    'a source with a name': () => ({ path: 'a.pcap', source: openFile(FOUR_WAY) }),
    'a list of one': () => [bytes],
    'a set of one': () => new Set([FOUR_WAY]),
  };
  it.each(Object.keys(forms))('takes %s, and says the same of it', async (form) => {
    const wanted = await check([{ path: 'a.pcap', source: fromBytes(bytes) }]);
    const seen = await check(forms[form]?.() ?? []);
    expect(seen.connections).toEqual(wanted.connections);
    expect(seen.captures).toHaveLength(1);
  });

  it('takes several in one run, of different forms, and numbers them in order', async () => {
    const { captures, connections } = await check([FOUR_WAY, bytes, createReadStream(FOUR_WAY), bytes]);
    expect(captures.map(({ path, firstFrame }) => [path, firstFrame])).toEqual([
      [FOUR_WAY, 1],
      ['<bytes>', 1],
      ['<stream>', 1],
      ['<bytes>', 1],
    ]);
    expect(connections.map(({ id, capture }) => [id, capture])).toEqual([0, 1, 2, 3].map((n) => [n, n]));
  });

  it('says what cannot be opened before it reads anything', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastack-'));
    const failure = async (captures: Captures): Promise<InputError> => {
      let read = 0;
      const error = await check(captures, { onCapture: () => read++ }).catch((thrown: unknown) => thrown);
      expect(read).toBe(0);
      if (!(error instanceof InputError)) throw error;
      return error;
    };
    try {
      expect(await failure([FOUR_WAY, join(folder, 'a.pcap')])).toMatchObject({
        code: 'file-not-found',
        message: `There is no file or folder ${folder}/a.pcap.`,
      });
      expect((await failure(folder)).code).toBe('is-a-folder');
      expect((await failure(new URL('https://example.org/a.pcap'))).message).toMatch(/is no file; fetch it/);
      expect((await failure(createReadStream(FOUR_WAY, 'latin1'))).message).toMatch(/yields a string/);
      // What JavaScript may hand over.
      for (const [value, name] of [
        [42, 'a number'],
        [null, 'null'],
        [undefined, 'undefined'],
        [new Date(0), 'Date'],
      ] as const) {
        expect(await failure(JSON.parse('[]').concat([value]))).toMatchObject({
          code: 'not-a-source',
          message: expect.stringContaining(`not ${name}.`),
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells of what is no capture in the report, as of all faults of bytes', async () => {
    const { captures, connections } = await check(Buffer.from('no packets here'));
    expect(connections).toEqual([]);
    expect(captures[0]?.diagnostics.map(({ code }) => code)).toEqual(['not-a-capture']);
  });

  it('shows a connection segment by segment, also of a stream, which it keeps for the second reading', async () => {
    const shown = await show(FOUR_WAY, 0);
    expect(shown?.segments.at(-1)).toMatchObject({ client: 'TIME_WAIT', server: 'CLOSED' });
    expect((await show(createReadStream(FOUR_WAY), 0))?.segments).toEqual(shown?.segments);
    expect(await show({ path: FOUR_WAY, source: openFile(FOUR_WAY) }, 7)).toBeNull();
  });
});
