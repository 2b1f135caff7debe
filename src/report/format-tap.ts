import { type CheckedRun, captureName, leftOutText } from './checked-run.ts';
import { type Outcome, type RuleCheck, serviceChecks } from './service-checks.ts';
import { plural } from './wording.ts';

/** A line of the stream that is counted, with what stands below it. */
interface TestPoint {
  readonly ok: boolean;
  readonly description: string;
  /** `SKIP`, `TODO` and why. */
  readonly directive: string;
  readonly diagnostics: unknown;
}

/**
 * The Test Anything Protocol, version 14. A test point is one rule at one service (or: a capture could be read). What
 * does not fail the run is `not ok # TODO`, what the capture cannot decide `ok # SKIP`. The YAML below is JSON, which
 * YAML 1.2 contains.
 */
export function* formatTap(run: CheckedRun): Generator<string, void, void> {
  const { services, leftOut } = serviceChecks(run);
  const points = [
    ...run.report.captures.map((_, index) => capturePoint(index, run)),
    ...services.flatMap(({ service, checks }) => checks.map((check) => rulePoint(service, check))),
  ];
  yield `TAP version 14\n1..${points.length}\n`;
  for (const [index, { ok, description, directive, diagnostics }] of points.entries()) {
    const end = directive === '' ? '' : ` # ${directive}`;
    yield `${ok ? 'ok' : 'not ok'} ${index + 1} - ${oneLine(description)}${end}\n`;
    if (diagnostics !== null) yield `  ---\n${indented(JSON.stringify(diagnostics, null, 2))}  ...\n`;
  }
  const rest = leftOut > 0 ? `Left out: ${plural(leftOut, 'service')} with fewer connections.` : '';
  for (const text of [leftOutText(run), rest]) if (text !== '') yield `# ${oneLine(text)}\n`;
}

function capturePoint(index: number, run: CheckedRun): TestPoint {
  const { diagnostics = [], segments = 0 } = run.report.captures[index] ?? {};
  const failure = run.failures.get(index);
  return {
    ok: failure === undefined,
    description: `${captureName(run, index)} can be read`,
    directive: failure === undefined && segments === 0 ? 'SKIP there is no TCP segment in it' : '',
    diagnostics: diagnostics.length === 0 ? null : { failure, diagnostics },
  };
}

function rulePoint(service: string, { rule, outcome, findings }: RuleCheck): TestPoint {
  const [worst] = findings;
  return {
    ok: outcome !== 'failed' && outcome !== 'tolerated',
    description: `${service} ${rule.id}`,
    directive: worst ? directiveOf(outcome, worst.finding.tier, worst.finding.message) : '',
    diagnostics:
      findings.length === 0
        ? null
        : findings.map(({ finding, count, sample }) => ({
            ...finding,
            count,
            connection: sample?.connection.id ?? null,
            ladder: sample?.ladder.lines ?? [],
          })),
  };
}

function directiveOf(outcome: Outcome, tier: string, message: string): string {
  if (outcome === 'tolerated') return `TODO ${tier}: does not fail this run`;
  return outcome === 'undecided' ? `SKIP ${oneLine(message)}` : '';
}

/** A description is one line, in which `#` would begin a directive. */
function oneLine(text: string): string {
  return text.replace(/[\\#]/g, '\\$&').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ').concat('\n');
}
