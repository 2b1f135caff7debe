import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Recorded captures beside the checkout, which not every machine has. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../shared');

/** Paths of the recorded captures, under a name to print; empty, said aloud, where there are none. */
export function recordedCaptures(folder: 'corpus' | 'truth' | 'trials'): { name: string; path: string }[] {
  const root = join(ROOT, folder);
  let entries: string[];
  try {
    entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    console.warn(`skipped: no recorded captures in ../shared/${folder}`);
    return [];
  }
  return entries
    .filter((name) => !/\.(tsv|md|json|jsonl)$/.test(name) && statSync(join(root, name)).isFile())
    .sort()
    .map((name) => ({ name, path: join(root, name) }));
}

/** What the first four bytes say, in hexadecimal. */
export function magicOf(path: string): string {
  return readFileSync(path).subarray(0, 4).toString('hex');
}

export function isClassicMicrosecond(path: string): boolean {
  return ['d4c3b2a1', 'a1b2c3d4'].includes(magicOf(path));
}
