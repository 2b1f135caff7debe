import type { Summary } from '../report.ts';
import { kinds, plural, shortEndpoint, thousands } from '../wording.ts';
import { columns } from './columns.ts';
import { type Kind, kindsOf, MOST_KINDS } from './kinds.ts';
import { labelOf } from './labels.ts';
import { type Palette, PLAIN } from './palette.ts';

/** Everything of a row but what it is and the service: indent, tier, rule, counts and what is between. */
const ROOM_FOR_OTHERS = 60;

/**
 * Findings above a note, by rule, side and service (the server's address and port). What it is stands beside the rule where the
 * table then fits, else below.
 */
export function groupLines(
  { summary }: { readonly summary: Pick<Summary, 'groups' | 'otherGroups'> },
  width: number,
  palette: Palette,
): string[] {
  const all = kindsOf(summary).filter(({ tier }) => tier !== 'note');
  const shown = all.slice(0, MOST_KINDS);
  const rest = all.length - shown.length + (summary.otherGroups?.groups ?? 0);
  return [
    ...(shown.length > 0 ? tableLines(shown, width, palette) : []),
    ...(rest > 0 ? [`  … and ${kinds(rest, 'more ')}`] : []),
  ];
}

function tableLines(shown: readonly Kind[], width: number, palette: Palette): string[] {
  const room = Math.max(21, width - ROOM_FOR_OTHERS);
  if (tableOf(shown, true, room, PLAIN).every((line) => line.length <= width))
    return tableOf(shown, true, room, palette);
  const [head = '', ...lines] = tableOf(shown, false, room, palette);
  return [head, ...shown.flatMap(({ rule, side }, row) => [lines[row] ?? '', `    ${labelOf(rule, side)}`])];
}

function tableOf(shown: readonly Kind[], isWide: boolean, room: number, palette: Palette): string[] {
  const rows = shown.map(({ tier, rule, side, services, count, first }) => [
    palette.verdict[tier](tier),
    palette.strong(rule),
    ...(isWide ? [labelOf(rule, side)] : []),
    servicesText(services, room),
    thousands(count),
    `#${first}`,
  ]);
  const head = ['finding', 'rule', ...(isWide ? ['what it is'] : []), 'service', 'count', 'first'];
  return columns([head.map(palette.dim), ...rows], { indent: 2, right: [isWide ? 4 : 3] });
}

function servicesText(services: Kind['services'], room: number): string {
  const [only] = services;
  return only && services.length === 1 ? shortEndpoint(only, room) : plural(services.length, 'service');
}

/** Notes of so few rules are told with what they are. */
const FEW = 3;

/** What is legal and of interest, by rule, most frequent first: `60 three-way-close (FIN and ACK in one segment)`. */
export function notedTexts(summary: Pick<Summary, 'groups'>): string[] {
  const byRule = new Map<string, { count: number; side: Kind['side'] }>();
  for (const { tier, rule, side, count } of kindsOf(summary)) {
    if (tier !== 'note') continue;
    const known = byRule.get(rule);
    byRule.set(rule, {
      count: (known?.count ?? 0) + count,
      side: known === undefined || known.side === side ? side : null,
    });
  }
  return [...byRule]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([rule, { count, side }]) => {
      const label = byRule.size > FEW ? '' : ` (${labelOf(rule, side).replace(/ \(legal\)$/, '')})`;
      return `${thousands(count)} ${rule}${label}`;
    });
}
