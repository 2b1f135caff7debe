import type { Tier } from '../../rules/finding.ts';
import { type CheckedRun, placeText } from '../checked-run.ts';
import { jsonText } from '../json-text.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { visible } from '../visible.ts';

/** GitLab's severities: `info`, `minor`, `major`, `critical`, `blocker`. */
const SEVERITY: Readonly<Record<Tier, string>> = {
  violation: 'critical',
  suspect: 'major',
  inconclusive: 'minor',
  note: 'info',
};

/**
 * GitLab Code Quality (the subset of Code Climate's format that GitLab reads): one entry for each fingerprint. A capture
 * has no lines: `begin` is the first frame that proves the finding.
 */
export function formatGitlab(run: CheckedRun): string {
  return `${jsonText(
    run.found.list.map((one) => entry(one, run)),
    2,
  )}\n`;
}

function entry(one: DistinctFinding, run: CheckedRun): object {
  const { finding, sample } = one;
  const path = run.report.captures[sample?.connection.capture ?? 0]?.path ?? '-';
  return {
    description: `${finding.message} (${finding.clause}; ${placeText(one, run)})`,
    check_name: finding.rule,
    fingerprint: finding.fingerprint,
    severity: run.isKnown(finding) ? 'info' : SEVERITY[finding.tier],
    location: {
      path: visible(path).replace(/^(\.\/)+/, ''),
      lines: { begin: finding.frames[0] ?? sample?.connection.frames.first ?? 1 },
    },
  };
}
