import { readFileSync, writeFileSync } from 'node:fs';
import { KEY_LENGTH } from '../evidence/crypto-pan.ts';
import { Failure, fromSystem } from './failure.ts';

const HEXADECIMAL = new RegExp(`^[0-9a-f]{${KEY_LENGTH * 2}}$`, 'i');

/** The key of a file, 64 hexadecimal digits; null where there is no such file. */
export function readKey(path: string): Uint8Array | null {
  try {
    const text = readFileSync(path, 'latin1').trim();
    if (HEXADECIMAL.test(text)) return Buffer.from(text, 'hex');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw fromSystem(error, path);
  }
  throw new Failure(
    'key-invalid',
    `${path} holds no key of 64 hexadecimal digits; name a file that is not there to have one made.`,
  );
}

export function freshKey(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

/** Writes a key where there is no file yet; only its owner may read it, since it undoes the pseudonyms. */
export function writeKey(path: string, key: Uint8Array): void {
  try {
    writeFileSync(path, `${Buffer.from(key).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new Failure('unwritable', `${path} cannot be written: ${(error as Error).message}.`);
  }
}
