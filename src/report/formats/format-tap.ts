import { type CheckedRun, captureName, leftOutText, placeText, shownRun } from '../checked-run.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { OTHER_RULES, type Outcome, type RuleCheck, serviceChecks } from '../summary/service-checks.ts';
import { remarks } from '../text/remarks.ts';
import { visible } from '../visible.ts';
import { plural } from '../wording.ts';
import { showCommand } from './commands.ts';
import { type YamlValue, yamlLines } from './yaml.ts';

/** A line of the stream that is counted, with what stands below it. */
interface TestPoint {
  readonly ok: boolean;
  readonly description: string;
  /** `SKIP`, `TODO` and why. */
  readonly directive: string;
  readonly diagnostics: YamlValue;
}

/**
 * The Test Anything Protocol, version 14. A test point is one rule at one service that found something there or that a
 * configuration asks for, all others at a service, or that a capture could be read. What
 * does not fail the run is `not ok # TODO`, what the capture cannot decide `ok # SKIP`.
 */
export function* formatTap(given: CheckedRun): Generator<string, void, void> {
  const run = shownRun(given);
  const { services, leftOut } = serviceChecks(run);
  const points = [
    ...run.report.captures.map((_, index) => capturePoint(index, run)),
    ...services.flatMap(({ service, checks }) => [
      ...checks.map((check) => rulePoint(service, check, run)),
      { ok: true, description: `${service} ${OTHER_RULES.text}`, directive: '', diagnostics: null },
    ]),
  ];
  yield `TAP version 14\n1..${points.length}\n`;
  for (const [index, { ok, description, directive, diagnostics }] of points.entries()) {
    const end = directive === '' ? '' : ` # ${directive}`;
    yield `${ok ? 'ok' : 'not ok'} ${index + 1} - ${oneLine(description)}${end}\n`;
    if (diagnostics !== null) {
      yield ['---', ...yamlLines(diagnostics), '...'].map((line) => `  ${line}\n`).join('');
    }
  }
  const rest = leftOut > 0 ? `Left out: ${plural(leftOut, 'service')} with fewer connections.` : '';
  for (const text of [...remarks(run.report), leftOutText(run), rest])
    if (text !== '') yield `# ${oneLine(text)}\n`;
}

function capturePoint(index: number, run: CheckedRun): TestPoint {
  const { diagnostics = [], segments = 0 } = run.report.captures[index] ?? {};
  const failure = run.failures.get(index);
  return {
    ok: failure === undefined,
    description: `${captureName(run, index)} can be read`,
    directive: failure === undefined && segments === 0 ? 'SKIP there is no TCP segment in it' : '',
    diagnostics:
      failure === undefined && diagnostics.length === 0
        ? null
        : { message: failure ?? 'Read in part.', diagnostics: diagnostics.map((one) => ({ ...one })) },
  };
}

function rulePoint(service: string, { rule, outcome, findings }: RuleCheck, run: CheckedRun): TestPoint {
  const [worst] = findings;
  return {
    ok: outcome !== 'failed' && outcome !== 'tolerated',
    description: `${service} ${rule.id}`,
    directive: worst ? directiveOf(outcome, worst.finding.tier, worst.finding.message) : '',
    diagnostics: worst
      ? {
          message: worst.finding.message,
          severity: worst.finding.tier,
          findings: findings.map((one) => diagnosticsOf(one, run)),
        }
      : null,
  };
}

function diagnosticsOf(one: DistinctFinding, run: CheckedRun): YamlValue {
  const { finding, count, sample } = one;
  const { tier, message, clause, frames, refutedBy, fingerprint } = finding;
  return {
    tier,
    message,
    clause,
    seen: placeText(one, run),
    frames,
    count,
    refutedBy,
    fingerprint,
    ...(sample && {
      see: showCommand(sample.connection, run.report, run.options),
      ladder: sample.ladder.lines.join('\n'),
    }),
  };
}

function directiveOf(outcome: Outcome, tier: string, message: string): string {
  if (outcome === 'tolerated') return `TODO ${tier}: does not fail this run`;
  return outcome === 'undecided' ? `SKIP ${oneLine(message)}` : '';
}

/** A description is one line, in which `#` would begin a directive. */
function oneLine(text: string): string {
  return visible(text).replace(/[\\#]/g, '\\$&');
}
