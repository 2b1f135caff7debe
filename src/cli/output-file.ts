import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from './failure.ts';
import { Output } from './output.ts';

/**
 * A file that appears whole or not at all: it is written beside its place and moved there at the end. What is no
 * regular file (`/dev/null`, a pipe) is written as it is.
 */
export class OutputFile {
  readonly output: Output;
  private readonly path: string;
  private readonly written: string;
  private readonly descriptor: number;
  private isOpen = true;

  /** @throws Failure `unwritable` */
  constructor(path: string) {
    this.path = targetOf(path);
    const special = statSync(this.path, { throwIfNoEntry: false });
    this.written =
      special && !special.isFile() && !special.isDirectory()
        ? this.path
        : join(dirname(this.path), `.${basename(this.path)}.${process.pid}.tmp`);
    this.descriptor = attempt(path, () => {
      if (special?.isDirectory()) throw new Error('it is a folder');
      return openSync(this.written, 'w');
    });
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

/** Through symbolic links, so that a link stays one. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? `there is no folder ${dirname(path)}` : message;
    throw new Failure('unwritable', `${path} cannot be written: ${reason}.`);
  }
}
