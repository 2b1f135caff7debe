import { type CheckedRun, captureName, leftOutText, shownRun } from '../checked-run.ts';
import type { Report } from '../report.ts';
import {
  findingLines,
  OTHER_RULES,
  type RuleCheck,
  type ServiceChecks,
  serviceChecks,
  serviceText,
} from '../summary/service-checks.ts';
import { remarks } from '../text/remarks.ts';
import { dateTime } from '../timestamp.ts';
import { plural } from '../wording.ts';
import { xmlAttributes, xmlText } from './xml.ts';

interface TestCase {
  /** `lastack.data-after-fin`: Jenkins takes what stands before the last dot for a package. */
  readonly className: string;
  /** Complete in itself, since some places show nothing else. */
  readonly name: string;
  /** What is wrong with it, as an element; empty where it passed. */
  readonly fault: { readonly kind: 'failure' | 'error' | 'skipped'; readonly element: string } | null;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
  /** Paragraphs. */
  readonly output: readonly string[];
}

/**
 * JUnit XML, within what the schema of Ant's JUnitReport and that of Jenkins have in common. A suite is a service, a
 * test one rule that found something there or that a configuration asks for, and one test stands for all others; names are unique
 * and stay the same from run to run. The first suite says what could be read. The timestamp is that of the first capture.
 */
export function formatJunit(given: CheckedRun): string {
  const run = shownRun(given);
  const { services, leftOut } = serviceChecks(run);
  const suites = [captureSuite(run, leftOut), ...services.map((service) => serviceSuite(service, run))];
  const timestamp = dateTime(run.report.captures.find(({ start }) => start !== null)?.start ?? '0.0').slice(
    0,
    19,
  );
  const elements = suites.map((suite, id) => suiteElement(suite, id, timestamp, run.report));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${elements.join('')}</testsuites>\n`;
}

function captureSuite(run: CheckedRun, leftOut: number): Suite {
  const seen = new Map<string, number>();
  const cases = run.report.captures.map(({ segments, diagnostics }, index): TestCase => {
    const path = captureName(run, index);
    const times = (seen.get(path) ?? 0) + 1;
    seen.set(path, times);
    const name = `${path}${times === 1 ? '' : ` (${times})`} can be read`;
    const className = 'lastack.captures';
    const text = diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
    const failure = run.failures.get(index);
    if (failure !== undefined)
      return { className, name, fault: faultOf('error', 'unreadable', failure, text) };
    if (segments > 0) return { className, name, fault: null };
    return { className, name, fault: faultOf('skipped', '', 'There is no TCP segment in it.', text) };
  });
  const output = [
    ...run.report.captures.flatMap(({ diagnostics }, index) =>
      diagnostics.map(({ code, message }) => `${captureName(run, index)}: ${message} (${code})`),
    ),
    ...remarks(run.report),
    leftOutText(run),
    leftOut > 0 ? `Left out: ${plural(leftOut, 'service')} with fewer connections.` : '',
  ];
  return { name: 'captures', cases, output };
}

function serviceSuite(service: ServiceChecks, run: CheckedRun): Suite {
  const told = service.checks.filter(({ outcome }) => outcome === 'tolerated' || outcome === 'noted');
  return {
    name: service.service,
    cases: [
      ...service.checks.map((check) => testCase(service.service, check, run)),
      {
        className: `lastack.${OTHER_RULES.id}`,
        name: `${OTHER_RULES.text} at ${service.service}`,
        fault: null,
      },
    ],
    output: [
      serviceText(service),
      ...told.flatMap(({ findings }) => findings.map((one) => findingLines(one, run).join('\n'))),
    ],
  };
}

function testCase(service: string, { rule, outcome, findings }: RuleCheck, run: CheckedRun): TestCase {
  const names = { className: `lastack.${rule.id}`, name: `${rule.id} at ${service}` };
  const [worst] = findings;
  const text = findings.map((one) => findingLines(one, run).join('\n')).join('\n\n');
  const message = worst?.finding.message ?? '';
  if (outcome === 'failed') {
    return { ...names, fault: faultOf('failure', worst?.finding.tier ?? '', message, text) };
  }
  if (outcome === 'undecided') return { ...names, fault: faultOf('skipped', '', message, text) };
  return { ...names, fault: null };
}

function faultOf(
  kind: 'failure' | 'error' | 'skipped',
  type: string,
  message: string,
  text: string,
): TestCase['fault'] {
  const attributes = xmlAttributes(kind === 'skipped' ? { message } : { type, message });
  return { kind, element: `<${kind}${attributes}>${xmlText(text)}</${kind}>` };
}

function suiteElement({ name, cases, output }: Suite, id: number, timestamp: string, report: Report): string {
  const count = (kind: string): number => cases.filter(({ fault }) => fault?.kind === kind).length;
  const attributes = xmlAttributes({
    id,
    name,
    package: 'lastack',
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: 0,
    timestamp,
    hostname: 'localhost',
  });
  const properties = [
    ['lastack', report.tool.version],
    ['profile', report.profile.name],
    ['msl', String(report.profile.msl)],
  ].map(([property, value]) => `<property${xmlAttributes({ name: property ?? '', value: value ?? '' })}/>`);
  const tests = cases.map(({ className, name: test, fault }) => {
    const own = xmlAttributes({ classname: className, name: test, time: 0 });
    return fault === null ? `    <testcase${own}/>\n` : `    <testcase${own}>${fault.element}</testcase>\n`;
  });
  return [
    `  <testsuite${attributes}>\n`,
    `    <properties>${properties.join('')}</properties>\n`,
    ...tests,
    `    <system-out>${xmlText(output.filter(Boolean).join('\n\n'))}</system-out>\n`,
    '    <system-err/>\n  </testsuite>\n',
  ].join('');
}
