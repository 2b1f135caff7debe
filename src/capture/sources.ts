import { closeSync, openSync, readSync } from 'node:fs';
import type { BlockSource, ByteSource } from './byte-source.ts';

/** Small enough to stay in the processor's cache between the copy out of the page cache and the walk over it. */
const BLOCK = 131_072;

/**
 * A file, read in blocks into one buffer. The file is opened when iteration begins and closed when it ends; an error
 * of the file system (ENOENT, EACCES, EISDIR) is thrown then.
 */
export function openFile(path: string): BlockSource {
  return {
    [Symbol.iterator]: () => {
      const block = new Uint8Array(BLOCK);
      return blocks(path, () => block);
    },
    blocks: (provide) => ({ [Symbol.iterator]: () => blocks(path, provide) }),
  };
}

function* blocks(path: string, provide: () => Uint8Array): Generator<Uint8Array, void, void> {
  const descriptor = openSync(path, 'r');
  try {
    for (;;) {
      const block = provide();
      const length = readSync(descriptor, block, 0, block.byteLength, null);
      if (length === 0) return;
      yield length === block.byteLength ? block : block.subarray(0, length);
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
