import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { check } from '../engine/check.ts';
import type { Compared, Thresholds } from '../policy/change.ts';
import type { ChoosesConnection } from '../policy/chosen.ts';
import { compare, THRESHOLDS } from '../policy/compare.ts';
import { formatCompare, formatCompareJson, type Named } from '../policy/format-compare.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure, fromSystem } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { runOptionsOf, type Settings, settingsOf } from './settings.ts';
import { outputWidth, palette } from './terminal.ts';

export interface DiffFlags extends EngineFlags, ChoosingFlags {
  readonly format: 'text' | 'json';
  readonly failOn: 'worse' | 'any' | 'never';
  readonly by?: Thresholds['by'];
  readonly minShare?: number;
  readonly minFactor?: number;
  readonly chance?: number;
}

/** `lastack diff`: what changed between two captures or reports. */
export async function runDiff(
  before: string,
  after: string,
  flags: DiffFlags,
  version: string,
): Promise<void> {
  if (before === '-' && after === '-') {
    throw new Failure('usage', 'Standard input (-) can be read only once.');
  }
  const { failOn: _, ...engineFlags } = flags;
  const settings = await settingsOf(engineFlags);
  const chooses = chooserFrom(flags);
  const [old, now] = [
    await read(before, settings, chooses, version),
    await read(after, settings, chooses, version),
  ];
  const { by, minShare, minFactor, chance } = { ...THRESHOLDS, ...flags };
  const thresholds = { minShare, minFactor, chance, by };
  const comparison = compare(old, now, thresholds);
  const isWorse = comparison.changes.some(({ direction }) => direction === 'worse');
  const isChanged = comparison.changes.some(({ direction }) => direction !== 'unclear');
  const fails = { worse: isWorse, any: isChanged, never: false }[flags.failOn];
  process.exitCode = fails ? 1 : 0;
  new Output().write([
    flags.format === 'json'
      ? formatCompareJson(comparison, old, now, thresholds, version)
      : formatCompare(comparison, old, now, thresholds, {
          palette: palette(flags.color),
          width: outputWidth(),
        }),
  ]);
}

async function read(
  path: string,
  settings: Settings,
  chooses: ChoosesConnection | null,
  version: string,
): Promise<Named> {
  const isReport = path !== '-' && isJson(path);
  if (isReport && chooses) {
    throw new Failure('usage', `${path} is a report, in which nothing can be chosen: name its captures.`);
  }
  const report = isReport ? await readReport(path) : await checkAt(path, settings, chooses, version);
  return { ...report, path: path === '-' ? 'standard input' : path };
}

async function checkAt(
  path: string,
  settings: Settings,
  chooses: ChoosesConnection | null,
  version: string,
): Promise<Compared> {
  const inputs = await findCaptures([path]);
  const progress = new Progress(true);
  const sizes = new Map(inputs.map(({ path: name, size }) => [name, size]));
  const report = await check(inputs, {
    ...runOptionsOf(settings),
    connections: 'none',
    ...(chooses && { chooses }),
    toolVersion: version,
    onProgress: (name, bytes) => progress.update(name, bytes, sizes.get(name) ?? null),
  }).finally(() => progress.end());
  interruption.refuseParts();
  const status = exitStatus({
    captures: report.captures,
    tiers: new Set(),
    failOn: 'never',
    strictInput: false,
  });
  const [unread] = status.code === 2 ? status.failures : [];
  if (unread) throw unread;
  return report;
}

/** A regular file that begins as JSON does: no capture does. */
function isJson(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const head = Buffer.alloc(64);
  try {
    const descriptor = openSync(path, 'r');
    readSync(descriptor, head);
    closeSync(descriptor);
  } catch (error) {
    throw fromSystem(error, path);
  }
  return head.toString('latin1').trimStart().startsWith('{');
}

/** A report of `--format json`, or the captures and the summary of one of `--format ndjson`, held to the schema. */
async function readReport(path: string): Promise<Compared> {
  const text = textOf(path);
  const { faultOf } = await import('./read-back.ts');
  const whole = parsed(text);
  if (isRecord(whole)) {
    const fault = faultOf(whole, whole['type'] === 'summary' ? 'summaryLine' : 'report');
    if (fault !== null) throw invalid(path, fault);
    if (whole['type'] !== 'summary') return whole as unknown as Compared;
  }
  const lines = text.trimEnd().split('\n').map(parsed).filter(isRecord);
  const captures = lines.filter(({ type }) => type === 'capture');
  const { type, tool: _, schema: __, profile, policy, baseline: ___, ...summary } = lines.at(-1) ?? {};
  if (type !== 'summary') throw invalid(path, 'it has no summary');
  const fault =
    faultOf(lines.at(-1), 'summaryLine') ??
    captures.map((capture) => faultOf(capture, 'captureLine')).find((one) => one !== null) ??
    null;
  if (fault !== null) throw invalid(path, fault);
  return { captures, profile, summary, ...(policy !== undefined && { policy }) } as unknown as Compared;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fromSystem(error, path);
  }
}

function invalid(path: string, fault: string): Failure {
  return new Failure(
    'report-invalid',
    `${path} is neither a capture nor a report of this version (${fault}): write one with --format json.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
