import type { Finding } from '../../rules/finding.ts';
import { showCommand } from '../formats/commands.ts';
import type { Report, ReportedConnection } from '../report.ts';
import { worstFirst } from '../summary/worst-first.ts';
import { shownReport } from '../visible.ts';
import { enumerate, kinds, plural, thousands, wrap } from '../wording.ts';
import { UTC, type Zone } from './clock.ts';
import { type Palette, PLAIN } from './palette.ts';
import { causeLines } from './text-causes.ts';
import { connectionLines, type Drawn, examplesOf, leftOutLines } from './text-connections.ts';
import { groupLines } from './text-groups.ts';
import { overviewLines } from './text-overview.ts';
import { baselineLines, policyLines } from './text-policy.ts';
import { pressureLines, serviceLines } from './text-services.ts';
import { socketLines } from './text-sockets.ts';

export interface TextOptions {
  readonly palette?: Palette;
  /** Columns; 80 unless said. */
  readonly width?: number;
  /** In which zone times of day are told; UTC unless said. */
  readonly zone?: Zone;
  /**
   * Which connections are drawn one by one: an example of each kind of finding unless said (`worst`), those that have
   * findings, all, or none.
   */
  readonly list?: 'worst' | 'findings' | 'all' | 'none';
}

/** The report for people: what was read, how it closed, what was found, and the connections worth a look. */
export function formatText(given: Report, options: TextOptions = {}): string {
  const report = shownReport(given);
  const { palette = PLAIN, width = 80, zone = UTC, list = 'worst' } = options;
  const examples = examplesOf(report);
  const drawn = drawnOf(report, list, examples.drawn);
  const sections = [
    overviewLines(report, width, palette, zone),
    socketLines(report, width, palette),
    pressureLines(report, width, palette),
    groupLines(report, width, palette),
    causeLines(report, width, palette),
    serviceLines(report, width, palette),
    policyLines(report, width, palette),
    baselineLines(report, width, palette),
    [
      ...connectionLines(drawn, report, width, palette, zone),
      ...(list === 'worst' ? leftOutLines(examples.left) : []),
    ],
    [
      ...wrap(`${conclusion(report)}${againstBaseline(report)}`, width),
      ...hint(report, examples.drawn[0]?.connection).map(palette.dim),
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function drawnOf(
  report: Report,
  list: NonNullable<TextOptions['list']>,
  examples: readonly Drawn[],
): readonly Drawn[] {
  if (list === 'none') return [];
  if (list === 'worst') return examples;
  return worstFirst(report.connections).map((connection) => ({ connection, more: null }));
}

function conclusion({ summary, policy, chosen }: Report): string {
  const what = policy ? 'a clause or the configuration' : 'a clause';
  const { violation, suspect, inconclusive } = summary.verdicts;
  const { connections } = summary;
  if (connections === 0) return chosen ? 'No connection in it fits the choice.' : 'No connection in it.';
  const bad = [
    violation > 0 ? `${thousands(violation)} ${violation === 1 ? 'violates' : 'violate'} ${what}` : '',
    suspect > 0 ? `${thousands(suspect)} ${suspect === 1 ? 'is' : 'are'} suspect` : '',
    inconclusive > 0 ? `${thousands(inconclusive)} the capture cannot decide` : '',
  ].filter(Boolean);
  if (bad.length > 0) return `Of ${plural(connections, 'connection')}, ${enumerate(bad)}.`;
  const all =
    connections === 1 ? 'The connection conforms' : `All ${plural(connections, 'connection')} conform`;
  const noted = Object.keys(summary.findings).length > 0;
  const [pressed] = summary.pressure;
  if (pressed) {
    const what = pressed.tier === 'note' ? 'may run out' : 'have run out';
    return `${all}, but the ports of ${pressed.holder} ${what} (${pressed.rule}).`;
  }
  const ofServices = policy?.findings.length ?? 0;
  if (ofServices > 0)
    return `${all}; ${plural(ofServices, 'service')} as a whole did not do what the configuration expects.`;
  return noted ? `${all}; what is noted is legal.` : `${all}: nothing to report.`;
}

function againstBaseline({ baseline }: Report): string {
  if (!baseline) return '';
  const fresh = baseline.kinds.filter(({ state }) => state === 'new' || state === 'more').length;
  if (fresh === 0) return ' The baseline accounts for all that would fail.';
  return ` The baseline does not account for ${kinds(fresh)}.`;
}

function hint(report: Report, worst: ReportedConnection | undefined): string[] {
  const capture = worst && report.captures[worst.capture];
  if (!worst || !capture || worst.verdict === 'conformant' || capture.path === '-') return [];
  const finding = worst.findings.find(({ tier }) => tier === worst.verdict);
  // Never broken: they are there to be copied.
  return [
    `See it:      ${showCommand(worst, report)}`,
    `What it is:  lastack explain ${finding?.rule ?? ''}`,
    ...decidingHint(finding),
  ];
}

/** How to learn what a capture that ended too soon does not show. */
function decidingHint(finding: Finding | undefined): string[] {
  const { waited, linger, gap } = finding?.evidence ?? {};
  const isTooShort = finding?.tier === 'inconclusive' && finding.rule === 'missing-fin' && gap === null;
  if (!isTooShort || typeof waited !== 'number' || typeof linger !== 'number') return [];
  const shorter = Math.ceil(waited) - 1;
  const orShorter = shorter >= 1 ? `, or check with --linger ${shorter}` : '';
  return [`To decide:   record ${Math.floor(linger - waited) + 1} s longer${orShorter}`];
}
