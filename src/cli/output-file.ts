import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Output } from './output.ts';
import { unwritable } from './unwritable.ts';

export interface FileOptions {
  /** Permissions of a new file; those of the one that stood there before are kept. */
  readonly mode?: number;
  /** Nothing may stand there by the time the file is whole. */
  readonly isNew?: boolean;
}

/** Files under way: whoever ends the process takes them away. */
const open: Set<OutputFile> = new Set();

/** Removes whatever is not whole. */
export function discardAll(): void {
  for (const file of open) file.discard();
}

/** Writes a file in one go: whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array, options: FileOptions = {}): void {
  const file = new OutputFile(path, options);
  try {
    if (typeof content === 'string') file.output.write([content]);
    else file.output.bytes(content);
    file.commit();
  } finally {
    file.discard();
  }
}

/**
 * A file that appears whole or not at all: it is written beside its place under a name that nobody can foresee, synced, and moved
 * there at the end. What is no regular file (`/dev/stderr`, a pipe) is written as it is, and a symbolic link stays one.
 */
export class OutputFile {
  readonly output: Output;
  private readonly named: string;
  private readonly path: string;
  private readonly written: string;
  private readonly isNew: boolean;
  private readonly descriptor: number;
  private isOpen = true;

  /** @throws Failure `unwritable` */
  constructor(path: string, { mode = 0o666, isNew = false }: FileOptions = {}) {
    const { place, before } = attempt(path, () => placeOf(path));
    this.named = path;
    this.path = place;
    this.isNew = isNew;
    if (before === 'special') {
      this.written = place;
      this.descriptor = attempt(path, () => openSync(place, 'w'));
    } else {
      this.written = join(dirname(place), `.${shortened(basename(place))}.${randomName()}.tmp`);
      this.descriptor = attempt(path, () => openSync(this.written, EXCLUSIVE, before ?? mode));
      open.add(this);
      if (before !== null) attempt(path, () => fchmodSync(this.descriptor, before));
    }
    this.output = new Output(this.descriptor, path);
  }

  /** @throws Failure `unwritable`, and then what stood there before stands there still */
  commit(): void {
    let isMoved = false;
    try {
      attempt(this.named, () => {
        this.output.flush();
        if (this.isSpecial) return;
        fsyncSync(this.descriptor);
        this.close();
        if (this.isNew) linkSync(this.written, this.path);
        else renameSync(this.written, this.path);
        isMoved = !this.isNew;
        syncFolder(dirname(this.path));
      });
    } finally {
      if (!isMoved) this.remove();
      open.delete(this);
    }
  }

  /** Leaves what stood there before; what is committed stays. */
  discard(): void {
    if (this.isOpen || open.has(this)) this.remove();
    open.delete(this);
  }

  private get isSpecial(): boolean {
    return this.written === this.path;
  }

  private remove(): void {
    this.close();
    if (!this.isSpecial) rmSync(this.written, { force: true });
  }

  private close(): void {
    if (this.isOpen) closeSync(this.descriptor);
    this.isOpen = false;
  }
}

/** Never through a link, and never over what is there. */
const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Where a file goes, and what stands there: its permissions, something that is no regular file, or nothing. */
function placeOf(path: string): { place: string; before: number | 'special' | null } {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { place: path, before: path.startsWith('/dev/') ? 'special' : null };
  if (path.startsWith('/dev/') || !stats.isFile()) return { place: path, before: 'special' };
  return { place: realpathSync(path), before: stats.mode & 0o7777 };
}

/** Twelve bytes of chance. */
function randomName(): string {
  return Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(12))).toString('hex');
}

/** File names have 255 bytes. */
function shortened(name: string): string {
  return name.slice(0, 50);
}

/** Makes the new name last; not every system lets a folder be opened for that. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The file itself is written.
  }
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw error instanceof Error && 'code' in error && 'syscall' in error ? unwritable(path, error) : error;
  }
}
