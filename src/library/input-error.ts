/** Why a capture could not be opened. The codes are part of the public contract; the sentences are not. */
export type InputErrorCode = SystemFault['code'] | 'is-a-folder' | 'not-a-source';

/** A capture that cannot be opened, thrown before any is read. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: InputErrorCode;

  constructor(code: InputErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A failure of the file system, in a sentence. */
export interface SystemFault {
  readonly code: 'file-not-found' | 'permission-denied' | 'unreadable';
  readonly message: string;
}

/** What an error of the file system means for a path; null for any other error. */
export function systemFault(error: unknown, path: string): SystemFault | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { code: 'file-not-found', message: `There is no file or folder ${path}.` };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return { code: 'permission-denied', message: `${path} may not be read by this user.` };
  }
  if (error instanceof Error && typeof code === 'string' && 'syscall' in error) {
    return { code: 'unreadable', message: `${path} cannot be read: ${error.message}.` };
  }
  return null;
}
