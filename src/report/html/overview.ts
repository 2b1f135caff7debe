import { CLOSERS, type Closer } from '../../machine/close.ts';
import { element, text } from '../diagram/svg.ts';
import { type Report, VERDICTS } from '../report.ts';
import { clockOf, UTC } from '../text/clock.ts';
import { remarks } from '../text/remarks.ts';
import { secondsBetween } from '../time-span.ts';
import { shownPath } from '../visible.ts';
import { duration, plural, thousands } from '../wording.ts';
import { pressureTexts } from './findings.ts';

const CLOSER_WORDS: Readonly<Record<Closer, string>> = {
  client: 'client',
  server: 'server',
  both: 'both at once',
  none: 'neither',
};

/** What was recorded, what the verdicts are, how connections closed, and who closed first. */
export function overviewSection(report: Report): string {
  const { summary, captures, profile } = report;
  const segments = captures.reduce((sum, capture) => sum + capture.segments, 0);
  const packets = captures.reduce((sum, capture) => sum + capture.records, 0);
  const verdicts = VERDICTS.map((verdict) => [verdict, summary.verdicts[verdict]] as const);
  const closes = Object.entries(summary.closes).sort(([, a], [, b]) => b - a);
  const closers = CLOSERS.map((closer) => [CLOSER_WORDS[closer], summary.closers[closer]] as const);
  const what = report.chosen ? 'chosen connections' : 'connections';
  const boxes = [
    box('Recorded', [
      [what, summary.connections],
      ['TCP segments', segments],
      ['packets', packets],
    ]),
    box('Verdicts', verdicts, 'verdict'),
    box('Closed', closes),
    box('Closed first', closers),
  ];
  const timeWait = `Profile ${profile.name}: TIME_WAIT lasts ${duration(profile.msl * 2)}.`;
  return [
    '<h2 id="overview">Overview</h2>',
    element('dl', { class: 'facts' }, boxes.join('')),
    element('p', { class: 'quiet' }, text(timeWait)),
    ...diagnosticTexts(report).map((one) => element('p', { class: 'warn' }, text(one))),
    ...remarks(report).map((one) => element('p', { class: 'warn' }, text(one))),
    ...pressureTexts(report),
  ].join('\n');
}

/** `a.pcap`, and when it was recorded. */
export function captureLines({ captures }: Report): string[] {
  return captures.map(({ path, start, end }) => {
    if (start === null || end === null) return `${shownPath(path)}: no packets`;
    const span = duration(Math.max(0, secondsBetween(start, end)));
    return `${shownPath(path)}: from ${clockOf(start, UTC, 3)} UTC, ${span}`;
  });
}

function diagnosticTexts({ captures }: Report): string[] {
  return captures.flatMap(({ path, diagnostics }) =>
    diagnostics.map(({ code, offset, message }) => {
      const place = offset === null ? '' : ` at byte ${thousands(offset)}`;
      return `${shownPath(path)}: ${message} (${code}${place})`;
    }),
  );
}

function box(
  title: string,
  counts: readonly (readonly [name: string, count: number])[],
  kind: 'verdict' | 'plain' = 'plain',
): string {
  const items = counts.map(([name, count]) => {
    const shown = element('span', { class: kind === 'verdict' ? `tag t-${name}` : null }, text(name));
    return element(
      'li',
      {},
      `${shown}${element('b', { 'data-count': `${title} ${name}` }, thousands(count))}`,
    );
  });
  return `<div>${element('dt', {}, text(title))}<dd><ul>${items.join('')}</ul></dd></div>`;
}

/** The title of the page. */
export function titleOf({ captures, summary }: Report): string {
  const [only] = captures;
  const name = captures.length === 1 && only ? shownPath(only.path) : plural(captures.length, 'capture');
  return `How TCP connections closed: ${name}, ${plural(summary.connections, 'connection')}`;
}
