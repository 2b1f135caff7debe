import { closeSync, openSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBytes, openFile } from '../capture/sources.ts';
import type { CaptureInput } from '../engine/run-capture.ts';
import { InputError, systemFault } from './input-error.ts';

/**
 * A capture in whatever form a program has it: the path of a file (a string, or a `file:` URL), its bytes (a `Buffer` is
 * a `Uint8Array`), a stream of them (a Node `Readable`, a web `ReadableStream`, any `AsyncIterable`), or a source with the
 * name that reports are to give it.
 */
export type CaptureLike =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | WebStream
  | CaptureInput;

/** One capture, or several in the order in which reports number them. */
export type Captures = CaptureLike | Iterable<CaptureLike>;

/** What is used of a `ReadableStream`, so that these types need neither those of Node nor those of the DOM. */
export interface WebStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** How reports name what has no path; all alike, so that none is taken for the next file of a rotation. */
const BYTES = '<bytes>';
const STREAM = '<stream>';

/** Whether it is a name that stands for a file. */
export function isPath(name: string): boolean {
  return name !== BYTES && name !== STREAM;
}

/**
 * Opens captures for the engine. Files are looked at now and read later.
 *
 * @throws {InputError} where a path leads to no file that can be read, or something else than a capture was handed over
 */
export function captureInputs(captures: Captures): CaptureInput[] {
  return isSeveral(captures) ? Array.from(captures, captureInput) : [captureInput(captures)];
}

/** Opens one capture so that it can be read more than once: a stream is kept in memory. */
export async function rereadableInput(capture: CaptureLike): Promise<CaptureInput> {
  const { path, source } = captureInput(capture);
  if (path !== STREAM) return { path, source };
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(new Uint8Array(chunk));
  return { path, source: chunks };
}

function isSeveral(captures: Captures): captures is Iterable<CaptureLike> {
  return (
    typeof captures === 'object' &&
    captures !== null &&
    Symbol.iterator in captures &&
    !ArrayBuffer.isView(captures)
  );
}

function captureInput(capture: CaptureLike): CaptureInput {
  if (typeof capture === 'string') return fileInput(capture);
  if (typeof capture !== 'object' || capture === null) throw notASource(capture);
  if (capture instanceof URL) return fileInput(pathOf(capture));
  if (ArrayBuffer.isView(capture)) return { path: BYTES, source: fromBytes(bytesOf(capture)) };
  if (capture instanceof ArrayBuffer) return { path: BYTES, source: fromBytes(new Uint8Array(capture)) };
  if ('source' in capture) return capture;
  // Before `getReader`, since the web streams of Node have both and this way hands back what it does not read.
  if (Symbol.asyncIterator in capture) return { path: STREAM, source: checkedChunks(capture) };
  if ('getReader' in capture) return { path: STREAM, source: checkedChunks(chunksOf(capture)) };
  throw notASource(capture);
}

function fileInput(path: string): CaptureInput {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      throw new InputError('is-a-folder', `${path} is a folder; name the captures in it, one by one.`);
    }
    // A pipe must not be opened twice.
    if (stats.isFile()) closeSync(openSync(path, 'r'));
  } catch (error) {
    const fault = systemFault(error, path);
    throw fault ? new InputError(fault.code, fault.message) : error;
  }
  return { path, source: openFile(path) };
}

function pathOf(url: URL): string {
  if (url.protocol === 'file:') return fileURLToPath(url);
  throw new InputError('not-a-source', `${url.href} is no file; fetch it, and hand over the body.`);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A stream may yield anything, and text has lost the bytes already. */
async function* checkedChunks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of stream) {
    if (!ArrayBuffer.isView(chunk)) {
      throw new InputError(
        'not-a-source',
        `A stream of a capture must yield bytes, and this one yields ${kindOf(chunk)}; leave out its encoding.`,
      );
    }
    yield chunk;
  }
}

async function* chunksOf(stream: WebStream): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function notASource(what: unknown): InputError {
  return new InputError(
    'not-a-source',
    `A capture is a path, a file URL, bytes or a stream of bytes, not ${kindOf(what)}.`,
  );
}

function kindOf(what: unknown): string {
  if (what === null || what === undefined) return String(what);
  return typeof what === 'object' ? (what.constructor?.name ?? 'an object') : `a ${typeof what}`;
}
