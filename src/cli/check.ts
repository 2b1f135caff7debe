import { type CheckOptions, check } from '../engine/check.ts';
import type { Report } from '../report/report.ts';
import type { Tier } from '../rules/finding.ts';
import { type EngineFlags, profileOf } from './engine-flags.ts';
import { exitStatus, type FailOn } from './exit-status.ts';
import { complain, Failure, fromSystem } from './failure.ts';
import { type FoundCapture, findCaptures } from './find-captures.ts';
import { nearest } from './nearest.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { outputWidth, palette } from './terminal.ts';

type Which = CheckOptions['connections'];

export interface CheckFlags extends EngineFlags {
  readonly format: 'text' | 'json' | 'ndjson';
  readonly connections?: Which;
  readonly failOn: FailOn;
  readonly strictInput?: boolean;
  readonly quiet?: boolean;
}

/** What a format makes of the run; `onCapture` and `onConnection` are for those that write as they go. */
interface Format extends Pick<CheckOptions, 'connections' | 'onCapture' | 'onConnection'> {
  /** @param failed nothing could be read: people then get the error alone */
  readonly finish: (report: Report, failed: boolean) => void;
}

/** `lastack check`: reads the captures, writes the report, sets the exit status. */
export async function runCheck(paths: readonly string[], flags: CheckFlags, version: string): Promise<void> {
  const inputs = await findCaptures(paths).catch((error: unknown) => {
    throw orCommand(error, paths[0] ?? '');
  });
  const format = await (flags.quiet ? SILENT : FORMATS[flags.format](flags, new Output()));
  const progress = new Progress(flags.quiet !== true);
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const tiers = new Set<Tier>();
  const report = await guarded(inputs, (captures) =>
    check(captures, {
      profile: profileOf(flags),
      linger: flags.linger,
      reader: flags.reader,
      verifyChecksums: flags.verifyChecksums === true,
      connections: format.connections,
      toolVersion: version,
      ...(format.onCapture && { onCapture: format.onCapture }),
      onConnection: (connection) => {
        for (const { tier } of connection.findings) tiers.add(tier);
        format.onConnection?.(connection);
      },
      onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
    }),
  ).finally(() => progress.end());
  for (const { tier } of report.summary.pressure) tiers.add(tier);
  const status = exitStatus({
    captures: report.captures,
    tiers,
    failOn: flags.failOn,
    strictInput: flags.strictInput === true,
  });
  process.exitCode = status.code;
  format.finish(report, status.code === 2 && report.summary.connections === 0);
  if (status.code === 2) status.failures.forEach(complain);
}

/** Where the file that is not there may be a misspelt command, says so. */
function orCommand(error: unknown, first: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'file-not-found') return error;
  const [command] = nearest(first, ['check', 'show', 'extract', 'explain', 'rules'], 1);
  if (command === undefined) return error;
  return new Failure(error.code, `${error.message} Did you mean the command ${command}?`);
}

const SILENT: Format = { connections: 'none', finish: () => {} };

const FORMATS: Readonly<
  Record<CheckFlags['format'], (flags: CheckFlags, output: Output) => Promise<Format>>
> = {
  text: async ({ connections, color }, output) => {
    const { formatText } = await import('../report/format-text.ts');
    return {
      connections: connections ?? 'worst',
      finish: (report, failed) => {
        if (failed) return;
        const list = connections ?? 'worst';
        output.write([formatText(report, { palette: palette(color), width: outputWidth(), list })]);
      },
    };
  },
  json: async ({ connections = 'all' }, output) => {
    const { formatJson } = await import('../report/format-json.ts');
    return { connections, finish: (report) => output.write(formatJson(report)) };
  },
  ndjson: async ({ connections = 'all' }, output) => {
    const { captureLine, connectionLine, summaryLine } = await import('../report/format-ndjson.ts');
    return {
      connections: 'none',
      onCapture: (capture, index) => output.line(captureLine(capture, index)),
      onConnection: (connection) => {
        const wanted =
          connections === 'all' || (connections === 'findings' && connection.findings.length > 0);
        if (wanted) output.line(connectionLine(connection));
      },
      finish: (report) => output.write([summaryLine(report)]),
    };
  },
};

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
