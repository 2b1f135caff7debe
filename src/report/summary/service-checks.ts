import { EXPECTATION_RULES } from '../../rules/expectation-rules.ts';
import type { RuleMeta } from '../../rules/rule.ts';
import { type CheckedRun, placeText } from '../checked-run.ts';
import { showCommand } from '../formats/commands.ts';
import { endpoint, plural, thousands } from '../wording.ts';
import type { DistinctFinding } from './distinct-findings.ts';
import type { ServiceSummary } from './service-summary.ts';

/**
 * How a rule came out at a service. `tolerated`: a violation or suspicion that does not fail the run; `undecided`: the
 * capture cannot tell; `noted`: legal, of interest.
 */
export type Outcome = 'failed' | 'tolerated' | 'undecided' | 'noted' | 'passed';

/** One rule at one service: what a format of tests calls a test. Its name is stable from run to run. */
export interface RuleCheck {
  readonly rule: RuleMeta;
  readonly outcome: Outcome;
  readonly findings: readonly DistinctFinding[];
}

export interface ServiceChecks {
  /** `10.0.0.2:80`: the server's address and port. */
  readonly service: string;
  /** Null where only its findings are known. */
  readonly summary: ServiceSummary | null;
  /** The rules that found something there, and those that a configuration expects something by. */
  readonly checks: readonly RuleCheck[];
}

/** The test that stands for the rules that found nothing: every service has it. */
export const OTHER_RULES = { id: 'other-rules', text: 'all other rules' } as const;

const EXPECTED: ReadonlySet<string> = new Set(Object.values(EXPECTATION_RULES).map(({ id }) => id));

/** Services that are listed beside those with findings that fail the run. */
const MOST = 200;

/** The rules that have something to say at all services, those of the worst findings first. */
export function serviceChecks(run: CheckedRun): { services: ServiceChecks[]; leftOut: number } {
  const findings = new Map<string, DistinctFinding[]>();
  for (const one of run.found.list) {
    const service = endpoint(one.service);
    findings.set(service, [...(findings.get(service) ?? []), one]);
  }
  const summaries = new Map(run.report.summary.services.map((service) => [endpoint(service), service]));
  const names = [...new Set([...findings.keys(), ...summaries.keys()])];
  const listed = names.slice(0, MOST);
  return {
    services: listed.map((service) => ({
      service,
      summary: summaries.get(service) ?? null,
      checks: run.rules.flatMap((rule) => {
        const own = (findings.get(service) ?? []).filter(({ finding }) => finding.rule === rule.id);
        if (own.length === 0 && !EXPECTED.has(rule.id)) return [];
        return [{ rule, outcome: outcomeOf(own, run), findings: own }];
      }),
    })),
    leftOut: names.length - listed.length + (run.report.summary.otherServices?.services ?? 0),
  };
}

function outcomeOf(findings: readonly DistinctFinding[], run: CheckedRun): Outcome {
  if (findings.some(({ finding }) => run.fails(finding))) return 'failed';
  const tiers = new Set(findings.map(({ finding }) => finding.tier));
  if (tiers.has('violation') || tiers.has('suspect')) return 'tolerated';
  if (tiers.has('inconclusive')) return 'undecided';
  return tiers.has('note') ? 'noted' : 'passed';
}

/** What was found, for people who look into a test that failed. */
export function findingLines(one: DistinctFinding, run: CheckedRun): string[] {
  const { finding, sample } = one;
  const { tier, rule, clause, message, refutedBy } = finding;
  return [
    `${tier} ${rule} (${clause})`,
    message,
    `Seen in ${placeText(one, run)}.`,
    `What would refute it: ${refutedBy}`,
    ...(sample === null ? [] : [`See it: ${showCommand(sample.connection, run.report, run.options)}`]),
    `What it is: lastack explain ${rule}`,
    ...(sample === null ? [] : ['', ...sample.ladder.lines]),
  ];
}

/** `12 connections: 10 four-way, 2 abort`. */
export function serviceText({ summary }: ServiceChecks): string {
  if (summary === null) return '';
  const kinds = Object.entries(summary.closes).map(([kind, count]) => `${thousands(count)} ${kind}`);
  return `${plural(summary.connections, 'connection')}: ${kinds.join(', ')}.`;
}
