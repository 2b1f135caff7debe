import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { check } from '../engine/check.ts';
import { type Compared, compare, THRESHOLDS, type Thresholds } from '../policy/compare.ts';
import { formatCompare, formatCompareJson, type Named } from '../policy/format-compare.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure, fromSystem } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { runOptionsOf, type Settings, settingsOf } from './settings.ts';
import { outputWidth, palette } from './terminal.ts';

export interface DiffFlags extends EngineFlags {
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
  const [old, now] = [await read(before, settings, version), await read(after, settings, version)];
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

async function read(path: string, settings: Settings, version: string): Promise<Named> {
  const report = path !== '-' && isJson(path) ? readReport(path) : await checkAt(path, settings, version);
  return { ...report, path: path === '-' ? 'standard input' : path };
}

async function checkAt(path: string, settings: Settings, version: string): Promise<Compared> {
  const inputs = await findCaptures([path]);
  const progress = new Progress(true);
  const sizes = new Map(inputs.map(({ path: name, size }) => [name, size]));
  const report = await check(inputs, {
    ...runOptionsOf(settings),
    connections: 'none',
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

/** A report of `--format json`, or the last line of one of `--format ndjson`, which has the summary. */
function readReport(path: string): Compared {
  const text = readFileSync(path, 'utf8');
  const whole = parsed(text);
  if (isReport(whole)) return whole;
  const lines = text.trimEnd().split('\n').map(parsed);
  const {
    type,
    schema,
    tool: _,
    profile,
    policy,
    baseline: __,
    ...summary
  } = (lines.at(-1) ?? {}) as Record<string, unknown>;
  const captures = lines.filter((line) => (line as { type?: unknown } | null)?.type === 'capture');
  const joined = { schema, profile, captures, summary, ...(policy !== undefined && { policy }) };
  if (type === 'summary' && isReport(joined)) return joined;
  throw new Failure(
    'report-invalid',
    `${path} is neither a capture nor a report of this version: write one with --format json.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As much as the comparison rests on. */
function isReport(value: unknown): value is Compared {
  const { schema, captures, profile, summary } = (value ?? {}) as Record<string, unknown>;
  const { services, groups, pressure } = (summary ?? {}) as Record<string, unknown>;
  const hasLists = [captures, services, groups, pressure].every(Array.isArray);
  return schema === 'lastack/report/1' && hasLists && typeof profile === 'object' && profile !== null;
}
