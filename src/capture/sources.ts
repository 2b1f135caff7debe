import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from './byte-source.ts';

/** Small enough to stay in the processor's cache between the copy out of the page cache and the walk over it. */
const BLOCK = 1_048_576;

/**
 * A file, read in blocks into one buffer. The file is opened when iteration begins and closed when it ends; an error
 * of the file system (ENOENT, EACCES, EISDIR) is thrown then.
 */
export function openFile(path: string): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => blocks(path) };
}

function* blocks(path: string): Generator<Uint8Array, void, void> {
  const block = new Uint8Array(BLOCK);
  const descriptor = openSync(path, 'r');
  try {
    for (;;) {
      const length = readSync(descriptor, block, 0, BLOCK, null);
      if (length === 0) return;
      yield length === BLOCK ? block : block.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A stream: standard input, a response body, anything that yields bytes. */
export function fromStream(stream: AsyncIterable<Uint8Array>): ByteSource {
  return stream;
}

/** Bytes that are in memory already. */
export function fromBytes(bytes: Uint8Array): ByteSource {
  return [bytes];
}
