import { TIERS, type Tier } from '../../rules/finding.ts';
import { type CheckedRun, leftOutText, placeText, shownRun, tierCount } from '../checked-run.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { remarks } from '../text/remarks.ts';
import { visible } from '../visible.ts';
import { endpoint, plural } from '../wording.ts';
import { showCommand } from './commands.ts';
import { codeBlock, codeSpan, escapeMarkdown, markdownTable } from './markdown.ts';

/** Annotations of a kind that GitHub takes from one step; it drops the others without a word. */
const MOST_ANNOTATIONS = 10;
/** Rows and ladders of the job summary: far below the 1 MiB that a step may write. */
const MOST_ROWS = 100;
const MOST_LADDERS = 10;

/** What is legal is no annotation: the summary has it. */
const LEVELS: readonly (readonly [level: 'error' | 'warning' | 'notice', tier: Tier])[] = [
  ['error', 'violation'],
  ['warning', 'suspect'],
  ['notice', 'inconclusive'],
];

/** Workflow commands for standard output of a step on GitHub Actions: annotations, the worst first, ten of a kind. */
export function formatGithub(given: CheckedRun): string {
  const run = shownRun(given);
  const failures = [...run.failures.values()].map((message) => command('error', {}, message));
  const lines = LEVELS.flatMap(([level, tier]) => {
    const all = run.found.list.filter(({ finding }) => finding.tier === tier && !run.isKnown(finding));
    const room = MOST_ANNOTATIONS - (level === 'error' ? Math.min(failures.length, MOST_ANNOTATIONS) : 0);
    const rest = all.length - room;
    return [
      ...all.slice(0, room).map((one) => annotation(level, one, run)),
      ...(rest > 0
        ? [
            `… and ${plural(rest, `more kind of ${tier}`, `more kinds of ${tier}`)}: the job summary lists them`,
          ]
        : []),
    ];
  });
  return `${[...failures.slice(0, MOST_ANNOTATIONS), ...lines, ...remarks(run.report), conclusion(run)].join('\n')}\n`;
}

/** The job summary, in Markdown. */
export function githubSummary(given: CheckedRun): string {
  const run = shownRun(given);
  const { list } = run.found;
  const rows = list
    .slice(0, MOST_ROWS)
    .map(({ finding, service, count }) => [
      run.isKnown(finding) ? `known ${finding.tier}` : MARKS[finding.tier],
      codeSpan(finding.rule),
      codeSpan(endpoint(service)),
      String(count),
      escapeMarkdown(finding.message),
    ]);
  const rest = list.length - rows.length;
  const drawn = list
    .filter(({ finding }) => finding.tier !== 'note' && !run.isKnown(finding))
    .slice(0, MOST_LADDERS);
  const blocks = [
    ['## How TCP connections closed'],
    [escapeMarkdown(conclusion(run))],
    [...run.failures.values()].map(escapeMarkdown),
    rows.length === 0 ? [] : markdownTable(['', 'rule', 'service', 'times', 'the first of them'], rows),
    rest > 0 ? [`… and ${plural(rest, 'more kind')} of findings.`] : [],
    remarks(run.report).map((text) => `- ${escapeMarkdown(text)}`),
    [leftOutText(run)].filter(Boolean),
    ...drawn.map((one) => details(one, run)),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n\n`;
}

const MARKS: Readonly<Record<Tier, string>> = {
  violation: '❌ violation',
  suspect: '⚠️ suspect',
  inconclusive: '❔ inconclusive',
  note: 'note',
};

function details({ finding, service, sample }: DistinctFinding, run: CheckedRun): string[] {
  if (sample === null) return [];
  const { connection, ladder } = sample;
  return [
    `<details><summary>${finding.rule} at ${endpoint(service)}: connection ${connection.id}</summary>`,
    '',
    ...codeBlock(ladder.lines, 'text'),
    '',
    ...codeBlock([showCommand(connection, run.report, run.options), `lastack explain ${finding.rule}`], 'sh'),
    '',
    '</details>',
  ];
}

function conclusion({ report: { summary, captures }, found }: CheckedRun): string {
  const counts = TIERS.map((tier) => {
    const listed = found.list.filter(({ finding }) => finding.tier === tier);
    return [tier, listed.reduce((sum, { count }) => sum + count, found.leftOut[tier])] as const;
  });
  const told = counts.filter(([, count]) => count > 0).map(([tier, count]) => tierCount(tier, count));
  const where = `${plural(summary.connections, 'connection')} in ${plural(captures.length, 'capture')}`;
  return `${where}: ${told.length === 0 ? 'nothing to report' : told.join(', ')}.`;
}

function annotation(level: string, one: DistinctFinding, run: CheckedRun): string {
  const { finding, service, sample } = one;
  const path = visible(run.report.captures[sample?.connection.capture ?? 0]?.path ?? '-');
  const see = sample === null ? '' : `\n${showCommand(sample.connection, run.report, run.options)}`;
  return command(
    level,
    // Files are named from the root of the repository; others GitHub does not know.
    {
      ...(/^(-$|\/|\.\.\/)/.test(path) ? {} : { file: path }),
      title: `${finding.rule} at ${endpoint(service)}`,
    },
    `${finding.message} (${finding.clause})\nSeen in ${placeText(one, run)}.${see}`,
  );
}

/** `::error file=a.pcap,title=…::…`, with what is escaped as the runner takes it back. */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
