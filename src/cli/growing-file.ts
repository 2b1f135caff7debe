import { close, fstatSync, openSync, read, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, fromSystem } from './failure.ts';
import type { Waiting } from './interruption.ts';

/** Milliseconds between looks at the end of a file. */
const PAUSE = 200;
const BLOCK = 1 << 16;

/**
 * A file that is still written, as `tail -f` reads it: behind its end more is waited for. It ends when it is let go, or when another
 * file has its name and nothing more came.
 *
 * @throws Failure where it has become shorter than what was read of it
 */
export function growingFile(path: string): Waiting {
  let isOver = false;
  return {
    chunks: chunksOf(path, () => isOver),
    letGo: () => {
      isOver = true;
    },
  };
}

async function* chunksOf(path: string, isOver: () => boolean): AsyncGenerator<Uint8Array, void, void> {
  const descriptor = openSync(path, 'r');
  let at = 0;
  try {
    while (!isOver()) {
      const block = new Uint8Array(BLOCK);
      const length = await readAt(descriptor, block, at);
      at += length;
      if (length > 0) {
        yield block.subarray(0, length);
        continue;
      }
      const { size, ino, dev } = fstatSync(descriptor);
      if (size < at) {
        throw new Failure('unreadable', `${path} has become shorter while it was watched. Start again.`);
      }
      if (!isSame(path, ino, dev)) return;
      await pause(PAUSE);
    }
  } catch (error) {
    throw error instanceof Failure ? error : fromSystem(error, path);
  } finally {
    close(descriptor);
  }
}

function readAt(descriptor: number, block: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, block, 0, block.byteLength, at, (error, length) => {
      if (error) reject(error);
      else resolve(length);
    });
  });
}

/** Whether the name still leads to the file that is open. */
function isSame(path: string, ino: number, dev: number): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === ino && now.dev === dev;
}
