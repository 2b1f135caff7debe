import { CLOSERS, type Closer } from '../../machine/close.ts';
import { type Report, type ReportedCapture, type Summary, VERDICTS } from '../report.ts';
import { secondsBetween } from '../time-span.ts';
import { shownPath } from '../visible.ts';
import { duration, plural, thousands, wrap } from '../wording.ts';
import { clockOf, type Zone, zoneName } from './clock.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';
import { filterText } from './remarks.ts';
import { notedTexts } from './text-groups.ts';

/** What was read, and how the connections in it closed. */
export function overviewLines(report: Report, width: number, palette: Palette, zone: Zone): string[] {
  const { captures, summary, profile } = report;
  const segments = captures.reduce((sum, capture) => sum + capture.segments, 0);
  const [only] = captures;
  const name = captures.length === 1 && only ? nameOf(only) : plural(captures.length, 'capture');
  const what = [
    plural(summary.connections, report.chosen ? 'chosen connection' : 'connection'),
    plural(segments, 'TCP segment'),
  ].join(', ');
  const span = captures.length === 1 && only?.start && only.end ? [spanText(only.start, only.end, zone)] : [];
  const title = [...wrap(`${name}: ${what}`, width).map(palette.strong), ...span];
  const diagnostics = [
    ...captures.flatMap((capture) => diagnosticLines(capture, width, palette)),
    ...filterLines(summary, width, palette),
  ];
  if (summary.connections === 0) return [...title, ...diagnostics];

  const closes = counts(Object.entries(summary.closes).sort(([, a], [, b]) => b - a));
  const closers = counts(
    CLOSERS.map((closer) => [CLOSER_WORDS[closer], summary.closers[closer]] as const),
  ).filter((text) => !text.startsWith('0 '));
  const verdicts = VERDICTS.filter((verdict) => summary.verdicts[verdict] > 0).map((verdict) =>
    palette.verdict[verdict](`${thousands(summary.verdicts[verdict])} ${verdict}`),
  );
  const noted = notedTexts(summary);
  const room = width - LABEL_WIDTH;
  const rows = [
    ['closed', breakList(closes, room)],
    ['closed first', breakList(closers, room)],
    ['verdict', verdicts.join(', ')],
    ...(noted.length > 0 ? [['noted', breakList(noted, room)]] : []),
    ['profile', `${profile.name} (TIME_WAIT lasts ${duration(profile.msl * 2)})`],
  ];
  return [...title, ...diagnostics, '', ...columns(rows, { indent: 2 })];
}

const CLOSER_WORDS: Readonly<Record<Closer, string>> = {
  client: 'client',
  server: 'server',
  both: 'both at once',
  none: 'neither',
};

/** Two of indent, the longest label, two between. */
const LABEL_WIDTH = 2 + 'closed first'.length + 2;

function nameOf({ path }: ReportedCapture): string {
  return shownPath(path);
}

/** `2026-11-21 13:56:50 to 13:57:12 UTC, 21.9 s`. */
function spanText(start: string, end: string, zone: Zone): string {
  const [from, to] = [clockOf(start, zone, 0), clockOf(end, zone, 0)];
  const until = from === to ? '' : ` to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
  return `${from}${until} ${zoneName(start, zone)}, ${duration(Math.max(0, secondsBetween(start, end)))}`;
}

function counts(entries: readonly (readonly [string, number])[]): string[] {
  return entries.map(([what, count]) => `${thousands(count)} ${what}`);
}

/** Breaks a list into lines between its items. */
function breakList(items: readonly string[], width: number): string {
  const text = items.map((item) => item.replaceAll(' ', '\u00a0')).join(', ');
  return wrap(text, width).join('\n').replaceAll('\u00a0', ' ');
}

function filterLines(summary: Summary, width: number, palette: Palette): string[] {
  const text = filterText(summary);
  if (text === null) return [];
  const [first = '', ...rest] = wrap(text, width - 4);
  return [`  ! ${first}`, ...rest.map((line) => `    ${line}`)].map(palette.verdict.inconclusive);
}

/** What could not be read, a sentence each, with its place. */
function diagnosticLines(capture: ReportedCapture, width: number, palette: Palette): string[] {
  return capture.diagnostics.flatMap(({ code, offset, message }) => {
    const place = offset === null ? '' : ` at byte ${thousands(offset)}`;
    const [first = '', ...rest] = wrap(`${nameOf(capture)}: ${message} (${code}${place})`, width - 4);
    return [`  ! ${first}`, ...rest.map((line) => `    ${line}`)].map(palette.verdict.inconclusive);
  });
}
