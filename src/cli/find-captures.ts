import { closeSync, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource, FileSource } from '../capture/byte-source.ts';
import { readCapture } from '../capture/read-capture.ts';
import { fromBytes, fromStream, openFile } from '../capture/sources.ts';
import type { CaptureInput } from '../engine/check.ts';
import { Failure, fromSystem } from './failure.ts';

export interface FoundCapture extends CaptureInput {
  /** Bytes of the file; null where nobody knows. */
  readonly size: number | null;
}

/** As much as tells a capture from something else, also within gzip and zstd. */
const HEAD = 65_536;

/**
 * What the arguments name: files as they are, `-` for standard input, and of folders, and folders in them, every file
 * that is a capture by its content, sorted by name. Fails before anything is read where one cannot be.
 */
export async function findCaptures(paths: readonly string[]): Promise<FoundCapture[]> {
  if (paths.length === 0) {
    const listening = process.stdin.isTTY === true ? '' : ' To read standard input, name - (lastack -).';
    throw new Failure('no-capture-named', `Name a capture, as in: lastack capture.pcap.${listening}`);
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new Failure('usage', 'Standard input (-) can be read only once.');
  }
  const found: FoundCapture[] = [];
  for (const path of paths) {
    if (path === '-') {
      // Node reads nothing of it, and reports no error.
      if (look('standard input', () => fstatSync(0)).isDirectory()) {
        throw new Failure(
          'unreadable',
          'Standard input is a folder; name it, and the captures in it are read.',
        );
      }
      found.push({ path, source: naming('standard input', fromStream(process.stdin)), size: null });
      continue;
    }
    const stats = look(path, () => statSync(path));
    if (!stats.isDirectory()) {
      found.push(fileAt(path, stats));
      continue;
    }
    const inside = await capturesIn(path);
    if (inside.length === 0) {
      throw new Failure('no-capture-in-folder', `No file in ${path} is a pcap or pcapng capture.`);
    }
    found.push(...inside);
  }
  return found;
}

function fileAt(path: string, stats: Stats): FoundCapture {
  // A pipe (`<(zcat …)`) must not be opened twice.
  if (stats.isFile()) look(path, () => closeSync(openSync(path, 'r')));
  return { path, source: namingFile(path, openFile(path)), size: stats.isFile() ? stats.size : null };
}

/** The same source, whose failures of the file system say which capture it was. */
function naming(name: string, source: ByteSource): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* source;
      } catch (error) {
        throw fromSystem(error, name);
      }
    },
  };
}

function namingFile(name: string, source: FileSource): FileSource {
  return {
    ...naming(name, source),
    open: () => {
      const file = look(name, () => source.open());
      return file && { ...file, read: (block, at) => look(name, () => file.read(block, at)) };
    },
  };
}

async function capturesIn(folder: string): Promise<FoundCapture[]> {
  const found: FoundCapture[] = [];
  const entries = look(folder, () => readdirSync(folder, { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      found.push(...(await capturesIn(path)));
      continue;
    }
    const stats =
      entry.isFile() || entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (stats?.isFile() && (await isCapture(path))) found.push(fileAt(path, stats));
  }
  return found;
}

/** Asks the reader itself, so that both agree on what a capture is. */
async function isCapture(path: string): Promise<boolean> {
  const head = new Uint8Array(HEAD);
  const length = look(path, () => {
    const descriptor = openSync(path, 'r');
    try {
      return readSync(descriptor, head, 0, HEAD, 0);
    } finally {
      closeSync(descriptor);
    }
  });
  const { diagnostics, records } = await readCapture(fromBytes(head.subarray(0, length)), { record() {} });
  return records > 0 || !diagnostics.some(({ code }) => code === 'not-a-capture' || code === 'empty');
}

function look<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fromSystem(error, path);
  }
}
