import type { Tier } from '../../rules/finding.ts';
import type { RuleMeta } from '../../rules/rule.ts';
import { type CheckedRun, captureName, leftOutText, placeText, shownRun } from '../checked-run.ts';
import { jsonText } from '../json-text.ts';
import { type Lines, layOutLadders } from '../ladder/ladder-file.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { remarks } from '../text/remarks.ts';
import { dateTime } from '../timestamp.ts';
import { wellFormed } from '../visible.ts';
import { frameList, plural } from '../wording.ts';
import { showCommand } from './commands.ts';

/** What GitHub code scanning shows of an upload; it takes more and drops it, or refuses the upload (20 runs, 10 MB). */
const MOST_RESULTS = 5000;
const MOST_STEPS = 1000;

const LEVELS: Readonly<Record<Tier, 'error' | 'warning' | 'note'>> = {
  violation: 'error',
  suspect: 'warning',
  inconclusive: 'note',
  note: 'note',
};

/** GitHub's own scale for the rules of quality tools. */
const SEVERITIES = { error: 'error', warning: 'warning', note: 'recommendation' } as const;

export interface SarifOptions {
  /** How the report names the ladder file: a path, relative where the report is read elsewhere. */
  readonly ladderPath: string;
  /** The ladders stand in the report itself, since nothing is written beside it. */
  readonly embed: boolean;
}

/**
 * SARIF 2.1.0: a result for each kind of finding, located in a text file of ladders, with the capture as related
 * location and the packets that prove it as a code flow.
 */
export function formatSarif(given: CheckedRun, options: SarifOptions): { sarif: string; ladders: string } {
  const run = shownRun(given);
  const listed = run.found.list.slice(0, MOST_RESULTS);
  const file = layOutLadders(listed, run);
  const ladders = { location: { uri: uriOf(options.ladderPath) }, mimeType: 'text/plain', encoding: 'UTF-8' };
  const captures = run.report.captures.map(({ path }, index) =>
    path === '-'
      ? { description: { text: captureName(run, index) }, roles: ['standardStream'] }
      : { location: { uri: uriOf(path) }, roles: ['analysisTarget'] },
  );
  const ruleIndex = new Map(run.rules.map(({ id }, index) => [id, index]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'lastack', semanticVersion: run.report.tool.version, rules: run.rules.map(ruleOf) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [invocationOf(run, run.found.list.length - listed.length)],
        artifacts: [options.embed ? { ...ladders, contents: { text: file.text } } : ladders, ...captures],
        results: listed.map((one) => ({
          ruleId: one.finding.rule,
          ruleIndex: ruleIndex.get(one.finding.rule) ?? -1,
          ...resultOf(one, run, file.lines, file.places.get(one) ?? NOWHERE, options),
        })),
      },
    ],
  };
  return { sarif: `${jsonText(log, 2)}\n`, ladders: file.text };
}

const NOWHERE = { finding: [0, 0], frames: [] } as const satisfies Lines;

function resultOf(
  one: DistinctFinding,
  run: CheckedRun,
  lines: readonly string[],
  { finding: [first, last], frames }: Lines,
  { ladderPath }: SarifOptions,
): object {
  const { finding, sample, count } = one;
  const at = (from: number, to: number): object => ({
    artifactLocation: { uri: uriOf(ladderPath), index: 0 },
    region: {
      startLine: from + 1,
      startColumn: 1,
      endLine: to + 1,
      endColumn: (lines[to]?.length ?? 0) + 1,
      snippet: { text: lines.slice(from, to + 1).join('\n') },
    },
  });
  const steps = frames.slice(0, MOST_STEPS).map(([frame, line], index) => ({
    location: {
      physicalLocation: at(line, line),
      message: { text: `frame ${frame}: ${lines[line]?.trim() ?? ''}` },
    },
    executionOrder: index + 1,
    importance: 'essential',
  }));
  const see = sample === null ? '' : ` See it: ${showCommand(sample.connection, run.report, run.options)}`;
  return {
    level: LEVELS[finding.tier],
    message: {
      text: plain(
        `${finding.message} (${finding.clause}; ${placeText(one, run)}.) What would refute it: ${finding.refutedBy}${see}`,
      ),
    },
    locations: [{ physicalLocation: at(first, last) }],
    ...(sample && { relatedLocations: [captureLocation(sample.connection.capture, one, run)] }),
    ...(steps.length > 0 && { codeFlows: [{ threadFlows: [{ locations: steps }] }] }),
    partialFingerprints: { primaryLocationLineHash: `${finding.fingerprint}:1` },
    occurrenceCount: count,
    ...(run.report.baseline && { baselineState: run.isKnown(finding) ? 'unchanged' : 'new' }),
    ...(finding.policy?.reason && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: finding.policy.reason }],
    }),
    properties: {
      tier: finding.tier,
      side: finding.side,
      service: one.service,
      connection: sample?.connection.id ?? null,
      frames: finding.frames,
      evidence: finding.evidence,
    },
  };
}

function captureLocation(index: number, { finding, sample }: DistinctFinding, run: CheckedRun): object {
  const path = run.report.captures[index]?.path ?? '-';
  const frames = finding.frames.length === 0 ? '' : `${frameList(finding.frames)} of `;
  const text = `${frames}${captureName(run, index)}; Wireshark: ${sample?.connection.filter ?? ''}`;
  const physicalLocation = { artifactLocation: { uri: uriOf(path), index: index + 1 } };
  return { id: 1, message: { text: plain(text) }, ...(path !== '-' && { physicalLocation }) };
}

function ruleOf({ id, tiers, clause, summary, docs, refutedBy }: RuleMeta): object {
  const level = LEVELS[tiers[0] ?? 'note'];
  const parts = [
    ['What', docs.what],
    ['Why it matters', docs.why],
    ['When it is legitimate', docs.legitimate],
    ['What to do', docs.action],
    ['What would refute it', refutedBy],
    ['Clause', clause],
  ] as const;
  return {
    id,
    name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: docs.what },
    help: {
      text: parts.map(([title, text]) => `${title}: ${text}`).join('\n\n'),
      markdown: parts.map(([title, text]) => `**${title}.** ${text}`).join('\n\n'),
    },
    defaultConfiguration: { level },
    properties: { tags: ['tcp', 'connection-close'], 'problem.severity': SEVERITIES[level] },
  };
}

/** What went wrong, and what was left out. */
function invocationOf(run: CheckedRun, cut: number): object {
  const said = run.report.captures.flatMap(({ diagnostics }, index) =>
    diagnostics.map(({ code, message }) => notice('warning', code, `${captureName(run, index)}: ${message}`)),
  );
  const failures = [...run.failures.values()].map((text) => notice('error', 'unreadable', text));
  const leftOut = [leftOutText(run), cut > 0 ? `Left out: ${plural(cut, 'more kind')} of findings.` : '']
    .filter(Boolean)
    .map((text) => notice('warning', 'left-out', text));
  const tidy = remarks(run.report).map((text) => notice('warning', 'policy', text));
  const notifications = [...failures, ...leftOut, ...tidy, ...said];
  const started = run.report.captures.find(({ start }) => start !== null)?.start;
  return {
    executionSuccessful: run.failures.size === 0,
    ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
    properties: { profile: run.report.profile, ...(started && { captureStart: dateTime(started) }) },
  };
}

function notice(level: 'error' | 'warning', id: string, text: string): object {
  return { level, descriptor: { id }, message: { text: plain(text) } };
}

/** Text in which nothing is a link (SARIF 3.11.6). */
function plain(text: string): string {
  return text.replaceAll('](', '] (');
}

/** A path as a URI reference (RFC 3986 4.1). */
function uriOf(path: string): string {
  const parts = path
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .split('/')
    .map((part) => encodeURIComponent(wellFormed(part)));
  if (/^[A-Za-z]%3A$/.test(parts[0] ?? '')) return `file:///${parts.join('/').replace('%3A', ':')}`;
  return parts[0] === '' ? `file://${parts.join('/')}` : parts.join('/');
}
