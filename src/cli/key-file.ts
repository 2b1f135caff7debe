import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { KEY_LENGTH } from '../evidence/crypto-pan.ts';
import { Failure, fromSystem } from './failure.ts';
import { OutputFile } from './output-file.ts';

const HEXADECIMAL = new RegExp(`^[0-9a-f]{${KEY_LENGTH * 2}}$`, 'i');
/** What anybody but the owner may do with a file. */
const OTHERS = 0o077;

/**
 * The key of a file, 64 hexadecimal digits; null where there is no such file.
 *
 * @throws Failure `key-invalid`, or `key-exposed` where it is no secret
 */
export function readKey(path: string): Uint8Array | null {
  const read = contentOf(path);
  if (read === null) return null;
  if (!HEXADECIMAL.test(read.text)) {
    throw new Failure(
      'key-invalid',
      `${path} holds no key of 64 hexadecimal digits; name a file that is not there to have one made.`,
    );
  }
  // Windows has no such permissions.
  if ((read.mode & OTHERS) !== 0 && process.platform !== 'win32') {
    throw new Failure(
      'key-exposed',
      `${path} may be read or changed by others, and whoever has the key undoes the pseudonyms: chmod 600 it, or name a file that is not there to have a new one made.`,
    );
  }
  return Buffer.from(read.text, 'hex');
}

function contentOf(path: string): { text: string; mode: number } | null {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return { text: readFileSync(descriptor, 'latin1').trim(), mode: fstatSync(descriptor).mode };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw fromSystem(error, path);
  }
}

export function freshKey(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

/** A file for a key where there is none yet; only its owner may read it, since it undoes the pseudonyms. */
export function keyFile(path: string, key: Uint8Array): OutputFile {
  const file = new OutputFile(path, { mode: 0o600, isNew: true });
  file.output.write([`${Buffer.from(key).toString('hex')}\n`]);
  return file;
}
