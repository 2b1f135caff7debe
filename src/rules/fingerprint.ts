import { remembering } from './facts/memo.ts';

/**
 * 64 bits of FNV-1a, in hexadecimal, over what stays the same when the same fault shows again: rule, service, side, message
 * id; never frames, times or client ports.
 */
export function fingerprintOf(parts: readonly (string | null)[]): string {
  return fnv1a(parts.join('|'));
}

const encoder = new TextEncoder();

/** The same few come again and again. The hash is in two words, for integers of 64 bits are slow. */
const fnv1a: (text: string) => string = remembering(4096, (text) => {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of encoder.encode(text)) {
    const word = (low ^ byte) >>> 0;
    // Times the prime 2^40 + 0x1b3, modulo 2^64.
    const product = word * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + ((word << 8) >>> 0)) >>> 0;
    low = product >>> 0;
  }
  return hexadecimal(high) + hexadecimal(low);
});

function hexadecimal(word: number): string {
  return word.toString(16).padStart(8, '0');
}
