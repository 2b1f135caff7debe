import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isThorough } from '../support/thorough.ts';

export const BIN: string = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
export const CAPTURES: string = fileURLToPath(new URL('../../captures/', import.meta.url));
const SERVE = fileURLToPath(new URL('./serve.js', import.meta.url));

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
  /** In a process of its own, as it is where there is input or a reader that stops. */
  alone?: boolean;
}

/**
 * Runs the built command line. To start a process takes much longer than most commands, so that one process runs those of a
 * test file; `npm run test:thorough` gives each its own.
 */
export async function lastack(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { NO_COLOR: _, FORCE_COLOR: __, GITHUB_STEP_SUMMARY: ___, COLUMNS: ____, ...rest } = process.env;
  const env = { ...rest, TZ: 'UTC', ...options.env };
  const cwd = options.cwd ?? CAPTURES;
  if (isThorough || options.alone || options.input || options.readOnly !== undefined) {
    return await runAlone(args, options, { cwd, env });
  }
  const ran = last.then(() => runServed({ args, cwd, env }));
  last = ran.catch(() => {});
  return await ran;
}

async function runAlone(
  args: readonly string[],
  { input, readOnly }: RunOptions,
  place: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...args], place);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (readOnly !== undefined && stdout.length >= readOnly) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // The child may end before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? new Uint8Array(0));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

/** The process that runs them one after another; it is started for the first. */
let server: Server | null = null;
/** What it runs; the next command waits for that. */
let last: Promise<unknown> = Promise.resolve();

interface Server {
  readonly child: ChildProcess;
  /** Never comes, unless a mistake of ours ends the process; then it says where that is. */
  readonly failure: Promise<never>;
}

async function runServed(command: {
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}): Promise<Ran> {
  server ??= await startServer();
  const { child, failure } = server;
  child.send(command);
  const [ran] = await Promise.race([once(child, 'message'), failure]);
  return ran as Ran;
}

async function startServer(): Promise<Server> {
  const child = fork(SERVE, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text;
  });
  const failure = once(child, 'close').then(([status]) => {
    server = null;
    throw new Error(`the process that runs the commands ended with ${status}:\n${stderr}`);
  });
  failure.catch(() => {});
  await Promise.race([once(child, 'message'), failure]);
  return { child, failure };
}
