// The tools that are measured.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LASTACK = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));

const ALL = ['pcap', 'gz', 'zst'];
const PLAIN = ['pcap'];

/** Each tool as it is usually run, and what it reads. Output goes to /dev/null. */
export const TOOLS = {
  lastack: { reads: ALL, command: (path, options) => [process.execPath, LASTACK, path, ...options] },
  'lastack 1 thread': {
    reads: ALL,
    command: (path, options) => [process.execPath, LASTACK, path, ...options, '--threads', '1'],
  },
  'lastack ndjson': {
    reads: ALL,
    command: (path, options) => [process.execPath, LASTACK, path, ...options, '--format', 'ndjson'],
  },
  cat: { reads: ALL, command: (path) => ['cat', path] },
  'tcpdump -w': { reads: PLAIN, command: (path) => ['tcpdump', '-r', path, '-w', '/dev/null'] },
  zcat: { reads: ['gz'], command: (path) => ['zcat', path] },
  zstd: { reads: ['zst'], command: (path) => ['zstd', '-dc', path] },
  capinfos: { reads: ALL, command: (path) => ['capinfos', path] },
  argus: { reads: PLAIN, command: (path) => ['argus', '-r', path, '-w', '/dev/null'] },
  tcptrace: { reads: PLAIN, command: (path) => ['tcptrace', '-n', path] },
  tshark: { reads: ALL, command: (path) => ['tshark', '-n', '-r', path, '-q', '-z', 'conv,tcp'] },
};

/** The tool that only copies a capture of that kind, or unpacks it. */
export const COPY = { pcap: 'tcpdump -w', gz: 'zcat', zst: 'zstd' };

const skipped = new Set();

/** Throws where there is no tool of such a name. */
export function refuseUnknownTools(wanted) {
  const unknown = wanted.filter((name) => name !== 'copy' && !(name in TOOLS));
  if (unknown.length > 0) throw new Error(`No such tool: ${unknown.join(', ')}.`);
}

/** The tools that read such a capture and are wanted (`copy` is the one in COPY); missing ones are left out, aloud. */
export function chooseTools(kind, wanted) {
  const names = wanted.map((name) => (name === 'copy' ? COPY[kind] : name));
  return Object.entries(TOOLS).filter(([name, { reads, command }]) => {
    if (!reads.includes(kind) || (names.length > 0 && !names.includes(name))) return false;
    const found = isInstalled(command('', [])[0]);
    if (!found && !skipped.has(name)) console.log(`  skipped: ${name} is not installed`);
    if (!found) skipped.add(name);
    return found;
  });
}

export function isInstalled(command) {
  if (command.includes('/')) return true;
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}
