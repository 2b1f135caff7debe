import type { Report } from '../report.ts';
import { kinds, plural, shortEndpoint, thousands } from '../wording.ts';
import { columns } from './columns.ts';
import { type Kind, kindsOf, MOST_KINDS } from './kinds.ts';
import { labelOf } from './labels.ts';
import type { Palette } from './palette.ts';

/** Everything of a row but what it is and the service: indent, tier, rule, counts and what is between. */
const ROOM_FOR_OTHERS = 60;
const LONGEST_LABEL = 46;

/**
 * Findings by rule, side and service (the server's address and port). What it is stands beside the rule where there is room, else
 * below.
 */
export function groupLines({ summary }: Report, width: number, palette: Palette): string[] {
  const all = kindsOf(summary);
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_KINDS);
  const isWide = width >= ROOM_FOR_OTHERS + LONGEST_LABEL + 22;
  const room = Math.max(21, width - ROOM_FOR_OTHERS - (isWide ? LONGEST_LABEL : 0));
  const rows = shown.map(({ tier, rule, side, services, count, first }) => [
    palette.verdict[tier](tier),
    palette.strong(rule),
    ...(isWide ? [labelOf(rule, side)] : []),
    servicesText(services, room),
    thousands(count),
    `#${first}`,
  ]);
  const head = ['finding', 'rule', ...(isWide ? ['what it is'] : []), 'service', 'count', 'first'];
  const lines = columns([head.map(palette.dim), ...rows], { indent: 2, right: [isWide ? 4 : 3] });
  const rest = all.length - shown.length + (summary.otherGroups?.groups ?? 0);
  return [
    lines[0] ?? '',
    ...shown.flatMap(({ rule, side }, index) => [
      lines[index + 1] ?? '',
      ...(isWide ? [] : [`    ${labelOf(rule, side)}`]),
    ]),
    ...(rest > 0 ? [`  … and ${kinds(rest, 'more ')}`] : []),
  ];
}

function servicesText(services: Kind['services'], room: number): string {
  const [only] = services;
  return only && services.length === 1 ? shortEndpoint(only, room) : plural(services.length, 'service');
}
