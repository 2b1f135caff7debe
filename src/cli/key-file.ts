import { readFileSync, writeFileSync } from 'node:fs';
import { KEY_LENGTH } from '../evidence/crypto-pan.ts';
import { Failure, fromSystem } from './failure.ts';

const HEXADECIMAL = new RegExp(`^[0-9a-f]{${KEY_LENGTH * 2}}$`, 'i');

/** The key of a file, 64 hexadecimal digits; where there is no such file, a fresh key, which the file then holds. */
export function keyOf(path: string): Uint8Array {
  try {
    const text = readFileSync(path, 'latin1').trim();
    if (HEXADECIMAL.test(text)) return Buffer.from(text, 'hex');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw fromSystem(error, path);
    return newKeyAt(path);
  }
  throw new Failure(
    'key-invalid',
    `${path} holds no key of 64 hexadecimal digits; name a file that is not there to have one made.`,
  );
}

export function freshKey(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

function newKeyAt(path: string): Uint8Array {
  const key = freshKey();
  try {
    // Whoever has the key can undo the pseudonyms.
    writeFileSync(path, `${Buffer.from(key).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new Failure('unwritable', `${path} cannot be written: ${(error as Error).message}.`);
  }
  return key;
}
