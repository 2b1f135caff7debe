import type { Report } from '../report.ts';
import { cut, endpoint, plural, thousands } from '../wording.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';

const MOST = 20;
/** Everything of a row but the service: indent, tier, rule, counts and what is between. */
const ROOM_FOR_OTHERS = 60;

/** Findings by rule and service (the server's address and port), worst tier first, then by number. */
export function groupLines({ summary }: Report, width: number, palette: Palette): string[] {
  const { groups, otherGroups } = summary;
  if (groups.length === 0) return [];
  const rows = groups
    .slice(0, MOST)
    .map(({ tier, rule, service, count, first }) => [
      palette.verdict[tier](tier),
      palette.strong(rule),
      cut(endpoint(service), Math.max(21, width - ROOM_FOR_OTHERS)),
      thousands(count),
      `#${first}`,
    ]);
  const head = ['finding', 'rule', 'service', 'count', 'first'].map(palette.dim);
  const rest = Math.max(0, groups.length - MOST) + (otherGroups?.groups ?? 0);
  const more = rest > 0 ? [`  … and ${plural(rest, 'more kind')} of findings`] : [];
  return [...columns([head, ...rows], { indent: 2, right: [3] }), ...more];
}
