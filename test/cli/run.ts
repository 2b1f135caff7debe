import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const BIN: string = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
export const CAPTURES: string = fileURLToPath(new URL('../../captures/', import.meta.url));

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: Uint8Array;
  env?: Record<string, string>;
  /** The captures' folder unless said. */
  cwd?: string;
  /** Stop reading after this many bytes, as `head` does. */
  readOnly?: number;
}

/** Runs the built command line in a process of its own. */
export async function lastack(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { NO_COLOR: _, FORCE_COLOR: __, GITHUB_STEP_SUMMARY: ___, ...env } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? CAPTURES,
    env: { ...env, ...options.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (options.readOnly !== undefined && stdout.length >= options.readOnly) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // The child may end before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? new Uint8Array(0));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}
