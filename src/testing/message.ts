import { isPath } from '../library/captures.ts';
import { showCommand } from '../report/formats/commands.ts';
import { storyOf } from '../report/text/story.ts';
import { endpoint, enumerate, frameList, plural, thousands, wrap } from '../report/wording.ts';
import { findingName } from './clean-close.ts';
import type { AssertionOptions } from './options.ts';
import { DRAWN, type Survey, type Surveyed } from './survey.ts';

const WIDTH = 80;

/** `All 12 connections to port 443`. */
export function allOf(count: number, options: AssertionOptions): string {
  return count === 1 ? `The only connection${scopeOf(options)}` : `All ${subject(count, options)}`;
}

/** `2 of 12 connections to port 443`. */
export function partOf(count: number, all: number, options: AssertionOptions): string {
  return all === 1 ? allOf(all, options) : `${thousands(count)} of ${subject(all, options)}`;
}

/** `12 connections to port 443`. */
export function subject(count: number, options: AssertionOptions): string {
  return `${plural(count, 'connection')}${scopeOf(options)}`;
}

/** ` to 10.0.0.2 port 443 from port 40000`; empty where all connections are meant. */
export function scopeOf({ port, address, clientPort }: AssertionOptions): string {
  const to = [address ?? '', port === undefined ? '' : `port ${port}`].filter(Boolean).join(' ');
  return `${to === '' ? '' : ` to ${to}`}${clientPort === undefined ? '' : ` from port ${clientPort}`}`;
}

/** `four-way 3, abort 1`, most first. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/**
 * A sentence, the first connections in full, and a line for each of the others.
 *
 * @param label what the reasons for which they were picked are, as in `Not clean`; null leaves them out
 */
export function message(
  sentence: string,
  label: string | null,
  shown: readonly Surveyed[],
  total: number,
  { report, flags }: Survey,
): string {
  const detailed = shown.slice(0, DRAWN).sort(byId);
  const others = shown.slice(DRAWN).sort(byId);
  const rest = total - shown.length;
  const blocks = [
    wrap(sentence, WIDTH),
    ...detailed.map((one) => connectionLines(one, label, againLines(one, report, flags))),
    [...others.map(shortLine), ...(rest > 0 ? [`… and ${plural(rest, 'more connection')}`] : [])],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function byId(one: Surveyed, other: Surveyed): number {
  return one.connection.id - other.connection.id;
}

/** `#14 10.0.0.1:40014 > 10.0.0.2:80: abort by server; suspect rst-on-close (server)`. */
function shortLine({ connection: { id, client, server, close, findings } }: Surveyed): string {
  const by = close.closer === 'none' ? '' : ` by ${close.closer}`;
  const how = [`${close.kind}${by}`, ...findings.map(findingName)].join('; ');
  return `#${id} ${endpoint(client)} > ${endpoint(server)}: ${how}`;
}

/** How a connection closed and why it is shown; then its ladder, in which its findings stand, or these alone. */
function connectionLines(
  { connection, reasons, ladder }: Surveyed,
  label: string | null,
  again: readonly string[],
): string[] {
  const { id, client, server, findings } = connection;
  const why = label === null || reasons.length === 0 ? '' : ` ${label}: ${enumerate(reasons)}.`;
  const head = wrap(
    `#${id} ${endpoint(client)} > ${endpoint(server)}: ${storyOf(connection)[1]}${why}`,
    WIDTH,
  );
  if (ladder !== null) return [...head, '', ...ladder.lines, ...again];
  const found = findings.flatMap((finding) => {
    const proof = finding.frames.length === 0 ? '' : `; ${frameList(finding.frames)}`;
    const text = `${findingName(finding)}: ${finding.message} (${finding.clause}${proof})`;
    return wrap(text, WIDTH - 2).map((line) => `  ${line}`);
  });
  return [...head, ...found, ...again];
}

/** The command that draws it again; there is none for bytes and streams. */
function againLines({ connection }: Surveyed, report: Survey['report'], flags: readonly string[]): string[] {
  const named = isPath(report.captures[connection.capture]?.path ?? '');
  return named ? ['', `  npx ${showCommand(connection, report, flags)}`] : [];
}
