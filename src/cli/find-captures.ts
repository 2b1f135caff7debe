import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { ByteSource, FileSource } from '../capture/byte-source.ts';
import { fromStream, openFile } from '../capture/sources.ts';
import type { CaptureInput } from '../engine/check.ts';
import { Failure, fromSystem, remark } from './failure.ts';
import { capturesIn, PassedOver } from './folder.ts';
import { interruption, type Waiting } from './interruption.ts';

export interface FoundCapture extends CaptureInput {
  /** Bytes of the file; null where nobody knows. */
  readonly size: number | null;
}

export interface FindOptions {
  /** Does not say what of folders was passed over. */
  readonly quiet?: boolean;
  /** Fails where a folder holds what cannot be read. */
  readonly strict?: boolean;
}

/**
 * What the arguments name: files as they are, `-` for standard input, and of folders, and folders in them, every file
 * that is a capture by its content, sorted by name. Fails before anything is read where one cannot be. From then on a signal
 * ends the reading.
 */
export async function findCaptures(
  paths: readonly string[],
  { quiet = false, strict = false }: FindOptions = {},
): Promise<FoundCapture[]> {
  if (paths.length === 0) {
    const listening = process.stdin.isTTY === true ? '' : ' To read standard input, name - (lastack -).';
    throw new Failure('no-capture-named', `Name a capture, as in: lastack capture.pcap.${listening}`);
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new Failure('usage', 'Standard input (-) can be read only once.');
  }
  const found: FoundCapture[] = [];
  let mayListen = true;
  for (const path of paths) {
    if (path === '-') {
      found.push(standardInput());
      continue;
    }
    const stats = look(path, () => statSync(path));
    if (!stats.isDirectory()) {
      found.push(fileAt(path, stats));
      // While a device lets its reader wait, no signal could be taken.
      mayListen &&= stats.isFile() || stats.isFIFO();
      continue;
    }
    for (const inside of await inFolder(path, quiet, strict)) found.push(inside);
  }
  if (mayListen) interruption.listen();
  return found;
}

function standardInput(): FoundCapture {
  const stats = look('standard input', () => fstatSync(0));
  // Node reads nothing of it, and reports no error.
  if (stats.isDirectory()) {
    throw new Failure('unreadable', 'Standard input is a folder; name it, and the captures in it are read.');
  }
  const { stdin } = process;
  const letGo = (): void => {
    stdin.destroy();
  };
  // A file that a shell opened has an end.
  const source = stats.isFile()
    ? interruption.stopping('-', { ...fromIterable(stdin), open: () => null })
    : interruption.draining('-', () => ({ chunks: stdin, letGo }));
  return { path: '-', source: naming('standard input', fromStream(source)), size: null };
}

async function inFolder(folder: string, quiet: boolean, strict: boolean): Promise<FoundCapture[]> {
  const passedOver = new PassedOver();
  const files = await capturesIn(folder, passedOver).catch((error: unknown) => {
    throw fromSystem(error, folder);
  });
  const said = passedOver.text === '' ? '' : `Passed over in ${folder}: ${passedOver.text}.`;
  if (files.length === 0) {
    const more = said === '' ? '' : ` ${said}`;
    throw new Failure('no-capture-in-folder', `No file in ${folder} is a pcap or pcapng capture.${more}`);
  }
  if (strict && passedOver.hasUnreadable) throw new Failure('damaged-input', `${said} (--strict-input)`);
  if (said !== '' && !quiet) remark(said);
  return files.map(({ path, stats }) => found(path, stats));
}

function fileAt(path: string, stats: Stats): FoundCapture {
  if (stats.isFIFO()) {
    return {
      path,
      source: naming(
        path,
        interruption.draining(path, () => pipeAt(path)),
      ),
      size: null,
    };
  }
  if (stats.isFile()) look(path, () => closeSync(openSync(path, 'r')));
  return found(path, stats);
}

function found(path: string, stats: Stats): FoundCapture {
  const source = interruption.stopping(path, openFile(path));
  return { path, source: namingFile(path, source), size: stats.isFile() ? stats.size : null };
}

/** A pipe (`<(zcat …)`), which must not be opened twice, read such that nothing waits for it but events. */
function pipeAt(path: string): Waiting {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  return { chunks: socket, letGo: () => socket.destroy() };
}

function fromIterable(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator]() };
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

function look<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fromSystem(error, path);
  }
}
