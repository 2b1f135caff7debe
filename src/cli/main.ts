import { readFileSync, statSync } from 'node:fs';
import { keepSpare } from '../engine/share-spare.ts';
import type { CheckFlags } from './check-flags.ts';
import { COMMANDS } from './commands.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { discardAll } from './output-file.ts';
import { arrive, leave, watchFor } from './way-out.ts';

/** Runs the command line. Sets `process.exitCode`; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    watchFor({ args, version: version() });
    // Start-up is felt: this needs no parser of options.
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      new Output().write([`${version()}\n`]);
      return;
    }
    if (mayShare(args)) keepSpare((await import('../engine/share-start.ts')).startWorker());
    const captures = plainCheck(args);
    if (captures !== null) {
      const { runCheck } = await import('./check.ts');
      await runCheck(captures, NO_OPTIONS, version());
      return;
    }
    const { runProgram } = await import('./program.ts');
    await runProgram(args, version());
  } catch (error) {
    leave(error);
  } finally {
    interruption.ignore();
    discardAll();
    arrive();
  }
}

/** What `program.ts` hands over where no option is given. */
const NO_OPTIONS: CheckFlags = { reader: 'lastack' };

/** The captures of a check without options, for which none have to be parsed; null where there may be any, or another command. */
function plainCheck(args: readonly string[]): readonly string[] | null {
  if (!isCheck(args)) return null;
  const captures = args[0] === 'check' ? args.slice(1) : args;
  const isPlain = captures.length > 0 && captures.every((one) => one === '-' || !one.startsWith('-'));
  return isPlain ? captures : null;
}

/** The command is the default one, named or not. */
function isCheck([command]: readonly string[]): boolean {
  return command === 'check' || !COMMANDS.some((name) => name === command);
}

/** Bytes of a capture that may be worth a second thread (see `threads.ts`), which then starts while all else is loaded. */
const LARGE = 2e8;

function mayShare(args: readonly string[]): boolean {
  return isCheck(args) && !args.includes('--threads') && args.some(isLarge);
}

function isLarge(path: string): boolean {
  try {
    return statSync(path).size >= LARGE;
  } catch {
    // Whoever reads it says what is wrong with it.
    return false;
  }
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(file) as { version: string };
  return version;
}
