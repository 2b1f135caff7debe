import { type CheckedRun, captureName, leftOutText, shownRun } from '../checked-run.ts';
import type { ReportedCapture, ReportedConnection } from '../report.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { healthTexts } from '../text/format-show.ts';
import { remarks } from '../text/remarks.ts';
import { storyOf } from '../text/story.ts';
import { duration, endpoint, frameList, plural } from '../wording.ts';
import { checkCommand, showCommand } from './commands.ts';
import { codeBlock, codeSpan, escapeMarkdown, markdownTable } from './markdown.ts';

/** Findings that get a section; what is beyond is counted. */
const MOST = 50;
/** The worst of them are drawn as well. */
const MOST_PICTURES = 5;

/**
 * Markdown for an issue tracker, a section for each kind of finding, each complete in itself so that it can be pasted
 * alone: the story in three sentences, the ladder, the clause, the environment, and how to reproduce the check.
 */
export function formatMarkdown(given: CheckedRun): string {
  const run = shownRun(given);
  const sections = run.found.list.filter(({ finding }) => finding.tier !== 'note');
  const notes = run.found.list.filter(({ finding }) => finding.tier === 'note');
  const rest = sections.length - MOST;
  const blocks = [
    ['# How TCP connections closed'],
    [overview(run)],
    ...sections.slice(0, MOST).flatMap((one, index) => section(one, run, index < MOST_PICTURES)),
    rest > 0 ? [`${plural(rest, 'more kind')} of findings: ${codeSpan('--format json')} has them all.`] : [],
    notes.length > 0 ? ['## Legal, and noted'] : [],
    notes.length > 0 ? notesTable(notes) : [],
    [...run.failures.values()].map(escapeMarkdown),
    remarks(run.report).map((text) => `- ${escapeMarkdown(text)}`),
    [leftOutText(run)].filter(Boolean),
  ];
  return `${joined(blocks)}\n`;
}

function joined(blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function overview({ report: { summary, captures, tool, profile } }: CheckedRun): string {
  const { violation, suspect, inconclusive, conformant } = summary.verdicts;
  return `lastack ${tool.version} looked at ${plural(summary.connections, 'connection')} in ${plural(captures.length, 'capture')} by the profile ${profile.name} (TIME_WAIT lasts ${duration(profile.msl * 2)}): ${violation} with a violation, ${suspect} suspect, ${inconclusive} that the capture cannot decide, ${conformant} conformant.`;
}

function section(one: DistinctFinding, run: CheckedRun, isDrawn: boolean): string[][] {
  const { finding, service, sample, count } = one;
  const title = `## ${finding.tier}: ${codeSpan(finding.rule)} at ${codeSpan(endpoint(service))}`;
  const clause = `- **Clause:** ${escapeMarkdown(finding.clause)}`;
  const refuted = `- **What would refute it:** ${escapeMarkdown(finding.refutedBy)}`;
  if (sample === null) return [[title], [escapeMarkdown(finding.message)], [clause, refuted]];
  const { connection, ladder } = sample;
  const story = [...storyOf(connection), finding.message].map(escapeMarkdown).join(' ');
  const numbers = Object.entries(finding.evidence).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${value}`],
  );
  const proof = [frameList(finding.frames), ...numbers].map(escapeMarkdown).join('; ');
  return [
    [title],
    [story],
    codeBlock(ladder.lines, 'text'),
    isDrawn ? codeBlock(ladder.mermaid, 'mermaid') : [],
    [
      clause,
      ...(finding.frames.length === 0 ? [] : [`- **Proof:** ${proof}`]),
      refuted,
      ...(run.isKnown(finding) ? ['- **Known** in the baseline'] : []),
      ...(count > 1 ? [`- **How often:** ${plural(count, 'finding')} like it; this is the first`] : []),
      `- **Environment:** ${environment(connection, run)}`,
      `- **In Wireshark:** ${codeSpan(connection.filter)}`,
      '- **How to reproduce the check:**',
    ],
    codeBlock(
      [
        checkCommand(connection.capture, run.report, run.options),
        showCommand(connection, run.report, run.options),
        `lastack explain ${finding.rule}`,
      ],
      'sh',
    ),
  ];
}

/** What is known of where the packets come from: the capture, the place, what is wrong with it, and the tool. */
function environment(connection: ReportedConnection, run: CheckedRun): string {
  const { report } = run;
  const capture = report.captures[connection.capture];
  const { vantage } = connection.health;
  const place = vantage === null ? [] : [vantage === 'middle' ? 'between the two' : `near the ${vantage}`];
  return [
    codeSpan(captureName(run, connection.capture)),
    ...(capture ? [captureText(capture)] : []),
    ...place.map((where) => `captured ${where}`),
    `lastack ${report.tool.version} with profile ${report.profile.name}`,
    ...(report.policy?.config ? [`configuration ${report.policy.config}`] : []),
    ...healthTexts(connection.health),
  ]
    .map((text) => (text.startsWith('`') ? text : escapeMarkdown(text.replace(/\.$/, ''))))
    .join('; ');
}

function captureText({
  format,
  compression,
  linkTypes,
  timestampResolution,
  records,
}: ReportedCapture): string {
  const packed = compression === null ? '' : `, ${compression}`;
  return `${format}${packed}, ${linkTypes.join(' and ')}, times in ${timestampResolution}, ${plural(records, 'packet')}`;
}

function notesTable(notes: readonly DistinctFinding[]): string[] {
  const rows = notes.map(({ finding, service, count, sample }) => [
    codeSpan(finding.rule),
    codeSpan(endpoint(service)),
    String(count),
    sample === null ? 'the whole run' : `connection ${sample.connection.id}`,
    escapeMarkdown(finding.message),
  ]);
  return markdownTable(['rule', 'service', 'times', 'first', 'that one'], rows);
}
