import { shell } from '../report/formats/commands.ts';
import { complain, Failure } from './failure.ts';
import { BrokenPipe } from './output.ts';
import { discardAll } from './output-file.ts';

/** What is said of the command in a report, and whether its maker wants to see where it happened. */
export interface Invocation {
  readonly args: readonly string[];
  readonly version: string;
}

/** The command under way; what comes out of nowhere (a thread, a timer) is its fault. */
let current: Invocation = { args: [], version: 'unknown' };
let isUnderWay = false;
let isListening = false;

/** From now on whatever nobody caught ends this command as {@link leave} ends it, and at once. */
export function watchFor(invocation: Invocation): void {
  current = invocation;
  isUnderWay = true;
  if (isListening) return;
  isListening = true;
  const stop = (error: unknown): void => {
    // Nobody listens to what is said on standard error: what the command does goes on.
    if (isDeafStream(error)) return;
    leave(error);
    arrive();
    process.exit(process.exitCode);
  };
  process.on('uncaughtException', stop);
  process.on('unhandledRejection', stop);
  // Node ends without a word, and with 0, where what is waited for can no longer come.
  process.on('exit', () => {
    if (isUnderWay) leave(new Error('nothing is left to wait for'));
  });
}

/** The command has come to its end, whichever it was. */
export function arrive(): void {
  isUnderWay = false;
}

/** The one way out of what went wrong: removes what is half written, says it, and sets the exit status, which is 1 for findings only. */
export function leave(error: unknown): void {
  discardAll();
  // Nobody reads the rest (`| head`): that is success.
  if (error instanceof BrokenPipe) {
    process.exitCode = 0;
    return;
  }
  process.exitCode = 2;
  if (error instanceof Failure) {
    complain(error);
    return;
  }
  complain(new Failure('internal', sentenceOf(error)));
  if (current.args.includes('--debug')) process.stderr.write(`${traceOf(error)}\n`);
}

function sentenceOf(error: unknown): string {
  const { args, version } = current;
  const command = shell(['lastack', ...args]);
  const place = `lastack ${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
  const debug = args.includes('--debug') ? '' : ' (--debug shows where it happened)';
  return `Something happened that lastack does not foresee, ${briefly(error)}; please report it with this command, ${command}, and version, ${place}${debug}.`;
}

/** `TypeError: x is not a function`, in one line. */
function briefly(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.stack ?? error}${cause}`;
}

function isDeafStream(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return syscall === 'write' && (code === 'EPIPE' || code === 'EIO' || code === 'ECONNRESET');
}
