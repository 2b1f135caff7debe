import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import type { BlockSource, ByteSource } from './byte-source.ts';

/** The first block, which is all of most captures: read at once, since a wait costs more. */
const FIRST = 131_072;
/** The blocks behind it: large enough that waiting for them is cheap. */
const AHEAD = 1 << 20;

/**
 * A file, read in blocks into two buffers, so that the next one is read while this one is walked; a pipe, which may let its
 * reader wait for ever, only when more is asked for. It is opened when iteration begins and closed when it ends; an error
 * of the file system (ENOENT, EACCES, EISDIR) is thrown then.
 */
export function openFile(path: string): BlockSource {
  return {
    [Symbol.asyncIterator]: () => blocksAhead(path),
    blocks: (provide) => ({ [Symbol.iterator]: () => blocks(path, provide) }),
  };
}

async function* blocksAhead(path: string): AsyncGenerator<Uint8Array, void, void> {
  const descriptor = openSync(path, 'r');
  let next: Promise<number> | null = null;
  try {
    const waits = !fstatSync(descriptor).isFile();
    const first = new Uint8Array(FIRST);
    const length = readSync(descriptor, first, 0, FIRST, null);
    if (length === 0) return;
    const size = length === FIRST ? AHEAD : FIRST;
    let block = new Uint8Array(size);
    let other = new Uint8Array(size);
    if (!waits) next = readInto(descriptor, block);
    yield first.subarray(0, length);
    for (;;) {
      const filled: number = await (next ?? readInto(descriptor, block));
      next = null;
      if (filled === 0) return;
      if (!waits) next = readInto(descriptor, other);
      yield block.subarray(0, filled);
      [block, other] = [other, block];
    }
  } finally {
    // Nobody may read from a descriptor that is closed, and perhaps another file's by now.
    await next?.catch(() => 0);
    closeSync(descriptor);
  }
}

/** Bytes read; what goes wrong is thrown where it is waited for. */
function readInto(descriptor: number, block: Uint8Array): Promise<number> {
  const reading = new Promise<number>((resolve, reject) => {
    read(descriptor, block, 0, block.byteLength, null, (error, length) => {
      if (error) reject(error);
      else resolve(length);
    });
  });
  reading.catch(() => {});
  return reading;
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
