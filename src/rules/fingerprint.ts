import { remembering } from './memo.ts';

/**
 * 64 bits of FNV-1a, in hexadecimal, over what stays the same when the same fault shows again: rule, service, side, message
 * id; never frames, times or client ports.
 */
export function fingerprintOf(parts: readonly (string | null)[]): string {
  return fnv1a(parts.join('|'));
}

/** The same few come again and again. */
const fnv1a: (text: string) => string = remembering(4096, (text) => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
});
