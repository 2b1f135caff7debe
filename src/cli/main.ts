import { readFileSync } from 'node:fs';
import { complain, Failure } from './failure.ts';
import { BrokenPipe, Output } from './output.ts';

/** Runs the command line. Sets `process.exitCode`; never throws, except on our own mistakes. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    // Start-up is felt: this needs no parser of options.
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      new Output().write([`${version()}\n`]);
      return;
    }
    const { runProgram } = await import('./program.ts');
    await runProgram(args, version());
  } catch (error) {
    // Nobody reads the rest (`| head`): that is success.
    if (error instanceof BrokenPipe) {
      process.exitCode = 0;
      return;
    }
    if (!(error instanceof Failure)) throw error;
    complain(error);
    process.exitCode = 2;
  }
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(file) as { version: string };
  return version;
}
