import { dirname } from 'node:path';
import { Failure } from './failure.ts';

/** What the file system says, in a sentence. */
export function unwritable(path: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Failure('unwritable', `${path} cannot be written: ${REASONS[code ?? '']?.(path) ?? message}.`);
}

const REASONS: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `there is no folder ${dirname(path)}`,
  ENOTDIR: (path) => `there is no folder ${dirname(path)}`,
  EISDIR: () => 'it is a folder',
  EEXIST: () => 'there is something by now',
  ENOSPC: () => 'there is no space left on the disk; make room, or write it elsewhere (ENOSPC)',
  EDQUOT: () => 'no more space is allotted to this user (EDQUOT)',
  EFBIG: () => 'files may not grow so large there (EFBIG)',
  EROFS: () => 'nothing can be written there (EROFS)',
};
