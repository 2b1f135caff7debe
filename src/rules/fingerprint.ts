/** Fingerprints of what was found lately, by what they are made of: the same few come again and again. */
const known = new Map<string, string>();
const MOST = 4096;

/**
 * 64 bits of FNV-1a, in hexadecimal, over what stays the same when the same fault shows again: rule, service, side, message
 * id; never frames, times or client ports.
 */
export function fingerprintOf(parts: readonly (string | null)[]): string {
  const text = parts.join('|');
  let fingerprint = known.get(text);
  if (fingerprint === undefined) {
    if (known.size >= MOST) known.clear();
    fingerprint = fnv1a(text);
    known.set(text, fingerprint);
  }
  return fingerprint;
}

function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
