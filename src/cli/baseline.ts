import { existsSync } from 'node:fs';
import { check } from '../engine/check.ts';
import { type Baseline, formatBaseline, KnownFindingsCounter, pruned, updated } from '../policy/baseline.ts';
import { visible } from '../report/visible.ts';
import { kinds, plural, thousands, wrap } from '../report/wording.ts';
import { readBaseline } from './baseline-file.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import { exitStatus } from './exit-status.ts';
import { Failure } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { writeWhole } from './output-file.ts';
import { Progress } from './progress.ts';
import { type PolicyFlags, runOptionsOf, settingsOf } from './settings.ts';
import { outputWidth } from './terminal.ts';

/** What becomes of the file: all that was found; what is new as well; no more what has vanished. */
const ACTIONS: Readonly<Record<BaselineAction, (known: Baseline, found: Baseline) => Baseline>> = {
  write: (_, found) => found,
  update: updated,
  prune: pruned,
};

export interface BaselineFlags extends PolicyFlags, ChoosingFlags {}

export type BaselineAction = 'write' | 'update' | 'prune';

const EMPTY: Baseline = { schema: 'lastack/baseline/1', findings: [] };

/** `lastack baseline`: keeps the file of known findings. */
export async function runBaseline(
  action: BaselineAction,
  file: string,
  paths: readonly string[],
  flags: BaselineFlags,
  version: string,
): Promise<void> {
  if (file === '-')
    throw new Failure('usage', 'Standard output (-) is no place for a baseline; name a file.');
  const settings = await settingsOf(flags);
  // What stands there must be a baseline: a capture that was named first by mistake stays as it is.
  const known = action === 'write' && !existsSync(file) ? EMPTY : readBaseline(file);
  const inputs = await findCaptures(paths);
  const counter = new KnownFindingsCounter(settings.failOn === 'note');
  const progress = new Progress(true);
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const chooses = chooserFrom(flags);
  const report = await check(inputs, {
    ...runOptionsOf(settings),
    connections: 'none',
    ...(chooses && { chooses }),
    toolVersion: version,
    onConnection: ({ findings, server }) => {
      for (const finding of findings) counter.count(finding, server);
    },
    onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
  }).finally(() => progress.end());
  interruption.refuseParts();
  const status = exitStatus({
    captures: report.captures,
    tiers: new Set(),
    failOn: 'never',
    strictInput: true,
  });
  const [unread] = status.code === 2 ? status.failures : [];
  if (unread) throw unread;
  for (const finding of report.policy?.findings ?? []) counter.count(finding, finding.service);
  if (Object.values(counter.beyond).some((count) => count > 0)) {
    throw new Failure(
      'baseline-too-large',
      'There are more than 100,000 kinds of findings, too many for a baseline: check fewer captures.',
    );
  }
  const next = ACTIONS[action](known, counter.baseline());
  writeWhole(file, formatBaseline(next));
  new Output().write(wrap(visible(summaryOf(file, known, next)), outputWidth()).map((line) => `${line}\n`));
}

function summaryOf(file: string, known: Baseline, next: Baseline): string {
  const before = new Map(known.findings.map(({ fingerprint, count }) => [fingerprint, count]));
  const after = new Map(next.findings.map(({ fingerprint, count }) => [fingerprint, count]));
  const changes = [...new Set([...before.keys(), ...after.keys()])].map((key) => {
    return { old: before.get(key) ?? 0, now: after.get(key) ?? 0 };
  });
  const count = (is: (change: { old: number; now: number }) => boolean): number => changes.filter(is).length;
  const parts = [
    [count(({ old }) => old === 0), 'added'],
    [count(({ old, now }) => old > 0 && now > old), 'raised'],
    [count(({ old, now }) => now > 0 && now < old), 'lowered'],
    [count(({ now }) => now === 0), 'removed'],
  ] as const;
  const told = parts.filter(([many]) => many > 0).map(([many, what]) => `${thousands(many)} ${what}`);
  const findings = next.findings.reduce((sum, kind) => sum + kind.count, 0);
  return `${file}: ${kinds(next.findings.length)}, ${plural(findings, 'finding')} in all (${told.join(', ') || 'no change'}).`;
}
