import { check } from '../engine/check.ts';
import type { RunState } from '../engine/run-state.ts';
import { dropSpare } from '../engine/share-spare.ts';
import type { Profile } from '../machine/profile.ts';
import { newFindings } from '../policy/baseline.ts';
import { nearest } from '../report/nearest.ts';
import type { Report } from '../report/report.ts';
import { TIERS, type Tier } from '../rules/finding.ts';
import { BaselineCheck } from './baseline-check.ts';
import type { CheckFlags } from './check-flags.ts';
import { chooserFrom } from './choosing.ts';
import { COMMANDS } from './commands.ts';
import { exitStatus, failingTiers } from './exit-status.ts';
import { complain, Failure } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { BrokenPipe } from './output.ts';
import { printConfig } from './print-config.ts';
import { Progress } from './progress.ts';
import { ReportWriter } from './report-writer.ts';
import { runOptionsOf, settingsOf } from './settings.ts';
import type { StateFile } from './state-file.ts';
import { threadsFor } from './threads.ts';

/** `lastack check`: reads the captures, writes the report, sets the exit status. */
export async function runCheck(paths: readonly string[], flags: CheckFlags, version: string): Promise<void> {
  const settings = await settingsOf(flags);
  if (flags.printConfig) {
    printConfig(settings);
    return;
  }
  const { failOn, maxFindings } = settings;
  const finding = { quiet: flags.quiet === true, strict: flags.strictInput === true };
  const inputs = await findCaptures(paths, finding).catch((error: unknown) => {
    throw orCommand(error, paths[0] ?? '');
  });
  const resume = flags.resume === undefined ? null : await resumed(flags.resume, settings.profile, version);
  const earlier = resume?.captures ?? [];
  const baseline = flags.baseline === undefined ? null : BaselineCheck.open(flags.baseline, failOn);
  const writer = await ReportWriter.open(flags, inputs, earlier);
  const stateFile = flags.saveState === undefined ? null : await stateFileAt(flags.saveState, version);
  const progress = new Progress(flags.quiet !== true);
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const chooses = chooserFrom(flags);
  const onConnection = baseline?.watching(writer.onConnection) ?? writer.onConnection;
  // Ladders are drawn where connections are kept.
  const threads = writer.drawsLadders ? 1 : (flags.threads ?? threadsFor(inputs));
  if (threads === 1) dropSpare();
  const checked = await check(inputs, {
    ...runOptionsOf(settings),
    connections: writer.connections,
    ...(chooses && { chooses }),
    toolVersion: version,
    threads,
    onCapture: (capture, index) => {
      // While other threads find out what is left open.
      void writer.load();
      writer.onCapture(capture, index);
    },
    ...(onConnection && { onConnection }),
    ...(writer.onJudged && { onJudged: writer.onJudged }),
    ...(writer.onLine && baseline === null && chooses === null && { onLine: writer.onLine }),
    ...(resume && { resume }),
    ...(stateFile && { onState: (state) => stateFile.write(state) }),
    isStopped: interruption.isStopped,
    isCut: interruption.isCut,
    onProgress: (path, bytes) => {
      const size = sizes.get(path) ?? null;
      progress.update(path, bytes, size);
      // Standard input or a pipe: perhaps somebody watches a capture as it is made.
      if (size === null) writer.flush();
    },
  })
    .catch((error: unknown) => {
      // What was read before the failure is not lost; a pipe that nobody reads has failed itself.
      if (!(error instanceof BrokenPipe)) writer.flush();
      writer.discard();
      stateFile?.discard();
      throw error;
    })
    .finally(() => progress.end());
  const report = baseline?.compare(checked) ?? checked;
  const failing = failingTiers(failOn);
  const found = countByTier(report, baseline?.beyond);
  const fails = failing.reduce((sum, tier) => sum + found[tier], 0) > maxFindings;
  const status = exitStatus({
    captures: report.captures.slice(earlier.length),
    tiers: new Set(fails ? TIERS.filter((tier) => found[tier] > 0) : []),
    failOn,
    strictInput: flags.strictInput === true,
  });
  process.exitCode = status.code;
  const failures = status.code === 2 ? [...status.byCapture] : [];
  const isKnown: Parameters<ReportWriter['finish']>[0]['isKnown'] = (finding) =>
    baseline?.isKnown(finding) === true;
  const stopped = interruption.failure(inputs, report.captures.length - earlier.length);
  if (stopped) process.exitCode = 2;
  await writer.load();
  finish(writer, stopped ? null : stateFile, {
    report,
    fails: (finding) => fails && failing.includes(finding.tier) && !isKnown(finding),
    isKnown,
    rules: settings.rules,
    ports: settings.ports,
    options: settings.options,
    failures: new Map(failures.map(([index, { message }]) => [earlier.length + index, message])),
  });
  if (!flags.quiet && !stopped) stateFile?.tell();
  if (stopped) complain(stopped);
  else if (status.code === 2) status.failures.forEach(complain);
}

// Their module is loaded when it is asked for: start-up is felt.
async function resumed(path: string, profile: Profile, version: string): Promise<RunState> {
  const { readState } = await import('./state-file.ts');
  return readState(path, profile, version);
}

async function stateFileAt(path: string, version: string): Promise<StateFile> {
  const { StateFile } = await import('./state-file.ts');
  return new StateFile(path, version);
}

/** The outputs first, and the state once they are there: who resumes has the report of what came before. */
function finish(
  writer: ReportWriter,
  stateFile: StateFile | null,
  run: Parameters<ReportWriter['finish']>[0],
): void {
  try {
    writer.finish(run);
  } catch (error) {
    if (error instanceof BrokenPipe) stateFile?.commit();
    throw error;
  }
  stateFile?.commit();
}

/** Findings of the whole run, listed or not; against a baseline those that it does not account for. */
function countByTier(
  { summary, policy, baseline }: Report,
  beyond: Readonly<Record<Tier, number>> | undefined,
): Record<Tier, number> {
  if (!baseline) {
    const counts = { ...summary.tiers };
    for (const { tier } of [...summary.pressure, ...(policy?.findings ?? [])]) counts[tier] += 1;
    return counts;
  }
  const counts = { violation: 0, suspect: 0, inconclusive: 0, note: 0, ...beyond };
  for (const kind of baseline.kinds) counts[kind.tier] += newFindings(kind);
  return counts;
}

/** Where the file that is not there may be a misspelt command, says so. */
function orCommand(error: unknown, first: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'file-not-found') return error;
  const [command] = nearest(first, COMMANDS, 1);
  if (command === undefined) return error;
  return new Failure(error.code, `${error.message} Did you mean the command ${command}?`);
}
