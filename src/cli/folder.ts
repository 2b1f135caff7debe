import { closeSync, type Dirent, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture } from '../capture/read-capture.ts';
import { fromBytes } from '../capture/sources.ts';
import { enumerate, plural } from '../report/wording.ts';

/** As much as tells a capture from something else, also within gzip, zstd and xz. */
const HEAD = 65_536;

/** Why an entry of a folder was not looked into, and how many of them are called. */
const REASONS = {
  loop: ['link that leads to itself', 'links that lead to themselves'],
  nowhere: ['link that leads nowhere', 'links that lead nowhere'],
  folder: ['link to a folder', 'links to folders'],
  unreadable: ['entry that cannot be read', 'entries that cannot be read'],
  special: ['pipe, socket or device', 'pipes, sockets or devices'],
} as const;
type Reason = keyof typeof REASONS;

/** What of folders was passed over: how many, and the first. */
export class PassedOver {
  private readonly entries: Map<Reason, { count: number; readonly first: string }> = new Map();

  add(reason: Reason, path: string): void {
    const known = this.entries.get(reason);
    if (known) known.count += 1;
    else this.entries.set(reason, { count: 1, first: path });
  }

  /** `1 link that leads to itself (a/loop) and 2 pipes, sockets or devices (the first: a/fifo)`; empty where there is none. */
  get text(): string {
    const kinds = (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
      const entry = this.entries.get(reason);
      const [one, many] = REASONS[reason];
      if (!entry) return [];
      const { count, first } = entry;
      return [`${plural(count, one, many)} (${count === 1 ? first : `the first: ${first}`})`];
    });
    return kinds.length === 0 ? '' : enumerate(kinds);
  }

  /** There may be a capture that nobody saw. */
  get hasUnreadable(): boolean {
    return this.entries.has('unreadable');
  }
}

/** A file that is a capture by its content. */
export interface CaptureFile {
  readonly path: string;
  readonly stats: Stats;
}

/** The captures in a folder and the folders in it, sorted by name. Links to folders are not followed, so that it ends. */
export async function capturesIn(folder: string, passedOver: PassedOver): Promise<CaptureFile[]> {
  const found: CaptureFile[] = [];
  // Instead of recursion: the last is the next.
  const open: { readonly path: string; readonly entry: Dirent | null }[] = [{ path: folder, entry: null }];
  const head = new Uint8Array(HEAD);
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, entry } = next;
    if (entry === null || entry.isDirectory()) {
      const inside = entriesOf(path, passedOver, entry === null);
      for (const one of inside) open.push({ path: join(path, one.name), entry: one });
      continue;
    }
    const stats = statsOf(path, entry, passedOver);
    if (stats && (await isCapture(path, head, passedOver))) found.push({ path, stats });
  }
  return found;
}

/** The last first. Of the folder that somebody named, a failure is thrown. */
function entriesOf(path: string, passedOver: PassedOver, isNamed: boolean): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? 1 : -1));
  } catch (error) {
    if (isNamed) throw error;
    passedOver.add('unreadable', path);
    return [];
  }
}

/** Null for what is no file. */
function statsOf(path: string, entry: Dirent, passedOver: PassedOver): Stats | null {
  const isLink = entry.isSymbolicLink();
  if (!isLink && !entry.isFile()) {
    passedOver.add('special', path);
    return null;
  }
  try {
    const stats = statSync(path);
    if (stats.isFile()) return stats;
    passedOver.add(stats.isDirectory() ? 'folder' : 'special', path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const leads = code === 'ELOOP' ? 'loop' : code === 'ENOENT' || code === 'ENOTDIR' ? 'nowhere' : null;
    passedOver.add((isLink ? leads : null) ?? 'unreadable', path);
  }
  return null;
}

/** Asks the reader itself, so that both agree on what a capture is. */
async function isCapture(path: string, head: Uint8Array, passedOver: PassedOver): Promise<boolean> {
  let length = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      length = readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    passedOver.add('unreadable', path);
    return false;
  }
  const { diagnostics, records } = await readCapture(fromBytes(head.subarray(0, length)), { record() {} });
  return records > 0 || !diagnostics.some(({ code }) => code === 'not-a-capture' || code === 'empty');
}
