import { availableParallelism } from 'node:os';
import { type CheckOptions, check } from '../engine/check.ts';
import { nearest } from '../report/nearest.ts';
import type { Tier } from '../rules/finding.ts';
import { type EngineFlags, optionsOf, profileOf } from './engine-flags.ts';
import { exitStatus, type FailOn, failingTiers } from './exit-status.ts';
import { complain, Failure, fromSystem } from './failure.ts';
import { type FoundCapture, findCaptures } from './find-captures.ts';
import type { FormatChoice } from './format-options.ts';
import { Progress } from './progress.ts';
import { ReportWriter } from './report-writer.ts';
import { readState, StateFile } from './state-file.ts';

type Which = CheckOptions['connections'];

export interface CheckFlags extends EngineFlags {
  /** Text on standard output unless said. */
  readonly format?: readonly FormatChoice[];
  readonly connections?: Which;
  readonly failOn: FailOn;
  readonly strictInput?: boolean;
  readonly quiet?: boolean;
  readonly threads?: number;
  readonly resume?: string;
  readonly saveState?: string;
}

/** `lastack check`: reads the captures, writes the report, sets the exit status. */
export async function runCheck(paths: readonly string[], flags: CheckFlags, version: string): Promise<void> {
  const inputs = await findCaptures(paths).catch((error: unknown) => {
    throw orCommand(error, paths[0] ?? '');
  });
  const resume = flags.resume === undefined ? null : readState(flags.resume, profileOf(flags));
  const earlier = resume?.captures ?? [];
  const writer = await ReportWriter.open(flags, inputs, earlier);
  const stateFile = flags.saveState === undefined ? null : new StateFile(flags.saveState);
  const progress = new Progress(flags.quiet !== true);
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const report = await guarded(inputs, (captures) =>
    check(captures, {
      profile: profileOf(flags),
      linger: flags.linger,
      reader: flags.reader,
      verifyChecksums: flags.verifyChecksums === true,
      connections: writer.connections,
      toolVersion: version,
      threads: threadsFor(flags, inputs, writer),
      onCapture: writer.onCapture,
      ...(writer.onConnection && { onConnection: writer.onConnection }),
      ...(resume && { resume }),
      ...(stateFile && { onState: (state) => stateFile.write(state) }),
      onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
    }),
  )
    .catch((error: unknown) => {
      writer.discard();
      stateFile?.discard();
      throw error;
    })
    .finally(() => progress.end());
  // The groups that are listed have the worst of all findings.
  const { groups, pressure } = report.summary;
  const tiers = new Set<Tier>([...groups, ...pressure].map(({ tier }) => tier));
  const status = exitStatus({
    captures: report.captures.slice(earlier.length),
    tiers,
    failOn: flags.failOn,
    strictInput: flags.strictInput === true,
  });
  process.exitCode = status.code;
  const failing = failingTiers(flags.failOn);
  const failures = status.code === 2 ? [...status.byCapture] : [];
  writer.finish({
    report,
    fails: ({ tier }) => failing.includes(tier),
    options: optionsOf(flags),
    failures: new Map(failures.map(([index, { message }]) => [earlier.length + index, message])),
  });
  if (status.code === 2) status.failures.forEach(complain);
}

/** Below this many bytes, starting threads takes longer than they save. */
const WORTH_SHARING = 64e6;

/** One where ladders are drawn, and where there is little to read. */
function threadsFor(flags: CheckFlags, inputs: readonly FoundCapture[], writer: ReportWriter): number {
  if (writer.drawsLadders) return 1;
  if (flags.threads !== undefined) return flags.threads;
  const bytes = inputs.reduce((sum, { size }) => sum + (size ?? WORTH_SHARING), 0);
  return bytes < WORTH_SHARING ? 1 : availableParallelism();
}

/** Where the file that is not there may be a misspelt command, says so. */
function orCommand(error: unknown, first: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'file-not-found') return error;
  const [command] = nearest(first, ['check', 'show', 'extract', 'explain', 'rules'], 1);
  if (command === undefined) return error;
  return new Failure(error.code, `${error.message} Did you mean the command ${command}?`);
}

/** Runs over captures; a failure of the file system names the capture at hand. */
async function guarded<T>(
  inputs: readonly FoundCapture[],
  run: (inputs: Iterable<FoundCapture>) => Promise<T>,
): Promise<T> {
  let current = '';
  const watched = function* (): Generator<FoundCapture> {
    for (const input of inputs) {
      current = input.path;
      yield input;
    }
  };
  try {
    return await run(watched());
  } catch (error) {
    throw fromSystem(error, current);
  }
}
