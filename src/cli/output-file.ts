import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from './failure.ts';
import { Output } from './output.ts';

/**
 * A file that appears whole or not at all: it is written beside its place and moved there at the end. What is no
 * regular file (`/dev/stderr`, a pipe) is written as it is, and a symbolic link stays one.
 */
export class OutputFile {
  readonly output: Output;
  private readonly path: string;
  private readonly written: string;
  private readonly descriptor: number;
  private isOpen = true;

  /** @throws Failure `unwritable` */
  constructor(path: string) {
    const { place, isPlain } = attempt(path, () => placeOf(path));
    this.path = place;
    this.written = isPlain ? join(dirname(place), `.${basename(place)}.${process.pid}.tmp`) : place;
    this.descriptor = attempt(path, () => openSync(this.written, 'w'));
    this.output = new Output(this.descriptor, path);
  }

  commit(): void {
    attempt(this.path, () => {
      this.close();
      if (this.written !== this.path) renameSync(this.written, this.path);
    });
  }

  /** Leaves what stood there before; what is committed stays. */
  discard(): void {
    if (!this.isOpen) return;
    this.close();
    if (this.written !== this.path) rmSync(this.written, { force: true });
  }

  private close(): void {
    this.isOpen = false;
    closeSync(this.descriptor);
  }
}

function placeOf(path: string): { place: string; isPlain: boolean } {
  const stats = statSync(path, { throwIfNoEntry: false });
  const isPlain = !path.startsWith('/dev/') && (stats?.isFile() ?? true);
  return { place: isPlain && stats ? realpathSync(path) : path, isPlain };
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? '']?.(path) ?? message;
    throw new Failure('unwritable', `${path} cannot be written: ${reason}.`);
  }
}

const REASONS: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `there is no folder ${dirname(path)}`,
  ENOTDIR: (path) => `there is no folder ${dirname(path)}`,
  EISDIR: () => 'it is a folder',
};
