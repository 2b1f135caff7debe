import { STATES } from '../../machine/state.ts';
import { type Finding, TIERS } from '../../rules/finding.ts';
import type { Report, ReportedConnection } from '../report.ts';
import { worstFirst } from '../summary/worst-first.ts';
import { visible } from '../visible.ts';
import {
  cut,
  duration,
  endpoint,
  enumerate,
  frameList,
  kinds,
  shortEndpoint,
  thousands,
  wrap,
} from '../wording.ts';
import { timeOfDay, type Zone } from './clock.ts';
import { columns } from './columns.ts';
import { healthTexts } from './format-show.ts';
import { isOfKind, type Kind, kindsOf } from './kinds.ts';
import type { Palette } from './palette.ts';
import { causeText } from './text-causes.ts';

/** A connection that is drawn. */
export interface Drawn {
  readonly connection: ReportedConnection;
  /** Others like it that are not, as a sentence. */
  readonly more: string | null;
}

/** Kinds of findings of which an example is drawn when nobody asked for all. */
const MOST_EXAMPLES = 8;
/** Connections that are named beside an example. */
const MOST_NAMED = 3;

/**
 * Of each kind of finding, notes aside, the worst connection, and how many are like it. One that shows several kinds stands for
 * all of them.
 */
export function examplesOf({ connections, summary }: Report): { drawn: Drawn[]; left: number } {
  const sorted = worstFirst(connections).filter(({ verdict }) => verdict !== 'conformant');
  const drawn: Drawn[] = [];
  let left = 0;
  for (const kind of kindsOf(summary, true)) {
    if (kind.tier === 'note') continue;
    const having = sorted.filter((connection) => isOfKind(connection, kind));
    const [example] = having;
    if (!example || drawn.some(({ connection }) => having.includes(connection))) continue;
    if (drawn.length < MOST_EXAMPLES) drawn.push({ connection: example, more: othersText(kind, having) });
    else left += 1;
  }
  return { drawn, left };
}

function othersText({ count }: Kind, having: readonly ReportedConnection[]): string | null {
  if (count < 2) return null;
  const named = having.slice(1, 1 + MOST_NAMED).map(({ id }) => `#${id}`);
  const rest = count - 1 > named.length ? ', …' : '';
  return `and ${thousands(count - 1)} more like it (${named.join(', ')}${rest})`;
}

/** Connections one by one: client above server, each with its final state, how it closed, and what was found. */
export function connectionLines(
  drawn: readonly Drawn[],
  { captures }: Report,
  width: number,
  palette: Palette,
  zone: Zone,
): string[] {
  if (drawn.length === 0) return [];
  const idWidth = Math.max(...drawn.map(({ connection }) => `#${connection.id}`.length));
  const others = INDENT + idWidth + LONGEST_STATE + 6;
  const longest = Math.max(
    ...drawn.flatMap(({ connection: { client, server } }) => [
      endpoint(client).length,
      endpoint(server).length,
    ]),
  );
  const endWidth = Math.min(longest, Math.max(21, width - others - LONGEST_CLOSE));
  const room = Math.max(10, width - others - endWidth);
  const rows = drawn.map(({ connection }) => {
    const { id, client, server, final, close, start } = connection;
    const path = captures.length > 1 ? ` ${visible(captures[connection.capture]?.path ?? '')}` : '';
    const at = timeOfDay(start, zone, 3);
    return [
      `#${id}`,
      `${shortEndpoint(client, endWidth)}\n${shortEndpoint(server, endWidth)}`,
      `${palette.state(final.client)}\n${palette.state(final.server)}`,
      `${cut(closeText(close), room)}\n${palette.dim(`${at}${tail(path, room - at.length)}`)}`,
    ];
  });
  const head = ['', 'client\nserver', 'ends in\n', 'closed\nbegan'].map((cell) =>
    cell.split('\n').map(palette.dim).join('\n'),
  );
  const lines = columns([head, ...rows], { indent: INDENT });
  const entries = drawn.flatMap(({ connection, more }, index) => [
    ...lines.slice(index * 2 + 2, index * 2 + 4),
    ...findingLines(connection, width, palette),
    ...(more === null ? [] : wrap(more, width - 4).map((line) => palette.strong(`    ${line}`))),
  ]);
  return [...lines.slice(0, 2), ...entries];
}

/** How many kinds have no example. */
export function leftOutLines(left: number): string[] {
  return left === 0 ? [] : [`  … and ${kinds(left, 'more ')}: --connections findings lists them all`];
}

const INDENT = 2;
const LONGEST_STATE = Math.max(...STATES.map((state) => state.length));
const LONGEST_CLOSE = 'reset-after-fin by client in 999 ms'.length;

function closeText({ kind, closer, duration: took }: ReportedConnection['close']): string {
  const by = closer === 'none' ? '' : closer === 'both' ? ' by both' : ` by ${closer}`;
  return `${kind}${by}${took === null ? '' : ` in ${duration(took)}`}`;
}

/** The end of a path says more than its beginning. */
function tail(path: string, width: number): string {
  return path.length <= width ? path : ` …${path.slice(path.length - width + 2)}`;
}

function findingLines(connection: ReportedConnection, width: number, palette: Palette): string[] {
  const { findings, health, verdict } = connection;
  const sorted = [...findings].sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier));
  const shaky = verdict === 'inconclusive' ? healthTexts(health) : [];
  const worst = verdict === 'conformant' ? sorted : sorted.filter(({ tier }) => tier !== 'note');
  return [
    ...worst.flatMap((finding) => findingText(finding, width, palette)),
    ...(connection.via ?? []).flatMap((text) => wrap(`In ${text}.`, width - 4).map((line) => `    ${line}`)),
    ...causeText(connection).flatMap((text) => wrap(text, width - 4).map((line) => `    ${line}`)),
    ...shaky.flatMap((text) => wrap(text, width - 4).map((line) => palette.dim(`    ${line}`))),
    ...notesText(
      sorted.filter((finding) => !worst.includes(finding)),
      width,
      palette,
    ),
  ];
}

/** Notes beside what is worse are one line: `show` has them whole. */
function notesText(notes: readonly Finding[], width: number, palette: Palette): string[] {
  if (notes.length === 0) return [];
  const rules = enumerate([...new Set(notes.map(({ rule }) => rule))]);
  return wrap(`noted: ${rules}`, width - 4).map((line) => palette.dim(`    ${line}`));
}

function findingText(
  { tier, rule, message, clause, frames }: Finding,
  width: number,
  palette: Palette,
): string[] {
  const place = frames.length === 0 ? clause : `${clause}; ${frameList(frames)}`;
  const lines = wrap(`${message} (${place})`, width - 6);
  return [
    `    ${palette.verdict[tier](tier)} ${palette.strong(rule)}`,
    ...lines.map((line) => `      ${line}`),
  ];
}
