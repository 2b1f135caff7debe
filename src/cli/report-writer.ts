import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CheckOptions, EngineOptions } from '../engine/check.ts';
import { inRotationOrder } from '../engine/rotation.ts';
import type { CheckedRun } from '../report/checked-run.ts';
import type { ReportedCapture } from '../report/report.ts';
import { DistinctFindingCounter } from '../report/summary/distinct-findings.ts';
import type { CheckFlags } from './check-flags.ts';
import { Failure } from './failure.ts';
import type { FoundCapture } from './find-captures.ts';
import type { Format } from './format.ts';
import type { FormatChoice } from './format-options.ts';
import { FORMATS, ladderFileOf } from './formats.ts';
import { BrokenPipe, Output } from './output.ts';
import { OutputFile } from './output-file.ts';

type Events = Required<
  Pick<EngineOptions, 'connections' | 'onCapture' | 'onConnection' | 'onJudged' | 'onLine'>
>;

interface Writing {
  readonly format: Format;
  readonly output: Output;
  /** Null for standard output. */
  readonly file: OutputFile | null;
}

/** All the formats that one run writes. */
export class ReportWriter implements Pick<Events, 'connections' | 'onCapture'> {
  private readonly writings: readonly Writing[];
  private readonly counter: DistinctFindingCounter | null;
  private loading: Promise<unknown> | null = null;
  /** Nobody reads standard output any more. */
  private broken: BrokenPipe | null = null;

  /** Null where no format wants to see connections one by one: those that conform are then only counted. */
  readonly onConnection: Events['onConnection'] | null;
  /** Null where a format wants to see those that ended regularly as it sees all others. */
  readonly onLine: Events['onLine'] | null;
  /** Null where no format wants what the model made of connections. */
  readonly onJudged: Events['onJudged'] | null;

  private constructor(writings: readonly Writing[]) {
    this.writings = writings;
    const gathers = writings.some(({ format }) => format.needsFindings);
    const lists = writings.some(({ format }) => format.onConnection !== undefined);
    this.counter = gathers ? new DistinctFindingCounter() : null;
    const all = writings.every(
      ({ format }) => format.onLine !== undefined || format.onConnection === undefined,
    );
    this.onLine =
      gathers || !lists || !all
        ? null
        : (tally, line) => this.each(({ format }) => format.onLine?.(tally, line));
    const judged = writings.flatMap(({ format }) => format.onJudged ?? []);
    this.onJudged =
      judged.length === 0
        ? null
        : (...seen) => {
            for (const take of judged) take(...seen);
          };
    this.onConnection = gathers || lists ? (connection, ladder) => this.take(connection, ladder) : null;
  }

  /** Opens every file before anything is read. `earlier`: captures that the report has before those of the run. */
  static async open(
    flags: CheckFlags,
    inputs: readonly FoundCapture[],
    earlier: readonly ReportedCapture[],
  ): Promise<ReportWriter> {
    const named: readonly FormatChoice[] = [
      ...(flags.format ?? flags.output ?? []),
      ...(flags.list ? [{ format: 'list', file: null } as const] : []),
    ];
    const usual: readonly FormatChoice[] = [{ format: 'text', file: null }];
    const chosen = (named.length > 0 ? named : usual).map(({ format, file }) => ({
      format,
      file: file === '-' ? null : file,
    }));
    if (flags.htmlConnections !== undefined && !chosen.some(({ format }) => format === 'html')) {
      throw new Failure('usage', 'Nothing is written as html: --html-connections goes with --format html.');
    }
    refuseConflicts(chosen, inputs);
    const captures = [...earlier, ...inRotationOrder(inputs)].map(({ path }) => path);
    const writings: Writing[] = [];
    try {
      for (const { format, file } of chosen) {
        if (file === null && flags.quiet) continue;
        const opened = file === null ? null : new OutputFile(file);
        const output = opened?.output ?? new Output();
        writings.push({
          format: await FORMATS[format](flags, { output, file, captures }),
          output,
          file: opened,
        });
      }
    } catch (error) {
      for (const { file } of writings) file?.discard();
      throw error;
    }
    return new ReportWriter(writings);
  }

  /** Ladders and pictures are drawn where connections are judged. */
  get drawsLadders(): boolean {
    return this.counter !== null || this.onJudged !== null;
  }

  get connections(): CheckOptions['connections'] {
    const wanted = new Set(this.writings.map(({ format }) => format.connections));
    return (['all', 'findings', 'worst'] as const).find((which) => wanted.has(which)) ?? 'none';
  }

  readonly onCapture: Events['onCapture'] = (capture, index) => {
    this.each(({ format }) => format.onCapture?.(capture, index));
  };

  private take(...[connection, ladder]: Parameters<Events['onConnection']>): void {
    this.counter?.count(connection, ladder);
    this.each(({ format }) => format.onConnection?.(connection));
  }

  /** Lets whoever reads standard output see what is final so far. */
  flush(): void {
    this.each(({ output, file }) => {
      if (file === null) output.flush();
    });
  }

  /** Loads what the formats need at the end, once. */
  async load(): Promise<void> {
    this.loading ??= Promise.all(this.writings.map(({ format }) => format.load?.()));
    await this.loading;
  }

  /** Writes what is to be written at the end, files first. */
  finish(run: Omit<CheckedRun, 'found'>): void {
    const leftOut = { violation: 0, suspect: 0, inconclusive: 0, note: 0 };
    const found = this.counter?.findings(run.report) ?? { list: [], leftOut };
    const filesFirst = [...this.writings].sort((a, b) => Number(a.file === null) - Number(b.file === null));
    try {
      this.each(({ format, file }) => {
        format.finish({ ...run, found });
        file?.commit();
      }, filesFirst);
    } finally {
      this.discard();
    }
    if (this.broken) throw this.broken;
  }

  /** Leaves every file as it was that is not written whole. */
  discard(): void {
    for (const { file } of this.writings) file?.discard();
  }

  /** A closed pipe ends standard output, and with it the run where nothing else is written. */
  private each(write: (writing: Writing) => void, writings: readonly Writing[] = this.writings): void {
    for (const writing of writings) {
      if (writing.file === null && this.broken) continue;
      try {
        write(writing);
      } catch (error) {
        if (!(error instanceof BrokenPipe) || this.writings.length === 1) throw error;
        this.broken = error;
      }
    }
  }
}

/** Two outputs in one place, or one over a capture. */
function refuseConflicts(chosen: readonly FormatChoice[], inputs: readonly FoundCapture[]): void {
  const [first, second] = chosen.filter(({ file }) => file === null);
  if (first && second) {
    const example = `--format ${second.format} --output FILE`;
    throw new Failure(
      'output-conflict',
      `Only one format goes to standard output, not both ${first.format} and ${second.format}: write one to a file, as in ${example}.`,
    );
  }
  const captures = new Set(inputs.map(({ path }) => placeOf(path)));
  const taken = new Map<string, string>();
  for (const { format, file } of chosen) {
    if (file === null) continue;
    for (const path of format === 'sarif' ? [file, ladderFileOf(file)] : [file]) {
      const place = placeOf(path);
      const other = taken.get(place);
      if (captures.has(place)) {
        throw new Failure('output-conflict', `${path} is one of the captures: write ${format} elsewhere.`);
      }
      if (other !== undefined && !place.startsWith('/dev/')) {
        throw new Failure('output-conflict', `Both ${other} and ${format} would be written to ${path}.`);
      }
      taken.set(place, format);
    }
  }
}

/** The same for every way to name a file. */
function placeOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
