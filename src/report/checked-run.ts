import { type Finding, TIERS, type Tier } from '../rules/finding.ts';
import type { RuleMeta } from '../rules/rule.ts';
import type { PortRange } from '../rules/time-wait/time-wait-pressure.ts';
import type { Report } from './report.ts';
import type { DistinctFinding, DistinctFindings } from './summary/distinct-findings.ts';
import { shownPath, shownReport, visible } from './visible.ts';
import { endpoint, frameList, plural } from './wording.ts';

/** A run as the formats see it that report findings. */
export interface CheckedRun {
  /** Its connections may be left out. */
  readonly report: Report;
  readonly found: DistinctFindings;
  /** Whether a finding makes the run fail. */
  readonly fails: (finding: Finding) => boolean;
  /** Whether a baseline has it: it is shown, and does not fail. */
  readonly isKnown: (finding: Finding) => boolean;
  /** The rules that the run went by: without those that are off, with what a configuration expects. */
  readonly rules: readonly RuleMeta[];
  /** Why the job could not be done with a capture, by its index; empty where it could. */
  readonly failures: ReadonlyMap<number, string>;
  /** The ports that clients have, where somebody said so. */
  readonly ports: PortRange | null;
  /** Options of the run besides profile and msl, for who wants to repeat it: `['--linger', '5']`. */
  readonly options: readonly string[];
}

/** A run as formats for people have it: nothing from outside is in it that a terminal would obey. */
export function shownRun(run: CheckedRun): CheckedRun {
  const failures = new Map([...run.failures].map(([index, message]) => [index, visible(message)]));
  return { ...run, report: shownReport(run.report), failures };
}

/** `a.pcap`, `standard input`. */
export function captureName({ report }: Pick<CheckedRun, 'report'>, index: number): string {
  return shownPath(report.captures[index]?.path ?? '-');
}

/** Where a finding was seen: `connection 3 of a.pcap, 10.0.0.1:40000 > 10.0.0.2:80, frames 6 and 8; 12 findings like it`. */
export function placeText({ finding, sample, count }: DistinctFinding, run: CheckedRun): string {
  const known = run.isKnown(finding) ? '; known in the baseline' : '';
  const like = `${count > 1 ? `; ${plural(count, 'finding')} like it in all` : ''}${known}`;
  if (sample === null) return `the whole run${like}`;
  const { id, client, server, capture } = sample.connection;
  const frames = finding.frames.length === 0 ? '' : `, ${frameList(finding.frames)}`;
  const ends = `${endpoint(client)} > ${endpoint(server)}`;
  return `connection ${id} of ${captureName(run, capture)}, ${ends}${frames}${like}`;
}

/** Findings that were too many to be listed, as a sentence; empty where there are none. */
export function leftOutText({ found: { leftOut } }: CheckedRun): string {
  const parts = TIERS.map((tier) => [tier, leftOut[tier]] as const).filter(([, count]) => count > 0);
  if (parts.length === 0) return '';
  const counts = parts.map(([tier, count]) => tierCount(tier, count)).join(', ');
  return `Left out, since only the worst and most frequent kinds of findings are listed: ${counts}.`;
}

/** `1 violation`, `3 suspects`, `2 inconclusive`. */
export function tierCount(tier: Tier, count: number): string {
  return plural(count, tier, tier === 'inconclusive' ? tier : `${tier}s`);
}
