import { type Finding, TIERS } from '../rules/finding.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';
import type { Report } from './report.ts';
import { cut, endpoint, plural, thousands } from './wording.ts';

interface Group {
  readonly tier: Finding['tier'];
  readonly rule: string;
  readonly service: string;
  count: number;
  /** Id of the first connection that has it. */
  readonly example: number;
}

const MOST = 20;
/** Everything of a row but the service: indent, tier, rule, counts and what is between. */
const ROOM_FOR_OTHERS = 60;

/** Findings by rule and service (the server's address and port), worst tier first, then by number. */
export function groupLines({ connections }: Report, width: number, palette: Palette): string[] {
  const groups = groupsOf(connections);
  if (groups.length === 0) return [];
  const rows = groups
    .slice(0, MOST)
    .map((group) => [
      palette.verdict[group.tier](group.tier),
      palette.strong(group.rule),
      cut(group.service, Math.max(21, width - ROOM_FOR_OTHERS)),
      thousands(group.count),
      `#${group.example}`,
    ]);
  const head = ['finding', 'rule', 'service', 'count', 'first'].map(palette.dim);
  const rest = groups.length - MOST;
  const more = rest > 0 ? [`  … and ${plural(rest, 'more kind')} of findings`] : [];
  return [...columns([head, ...rows], { indent: 2, right: [3] }), ...more];
}

function groupsOf(connections: Report['connections']): Group[] {
  const groups = new Map<string, Group>();
  for (const { id, server, findings } of connections) {
    for (const { tier, rule } of findings) {
      const service = endpoint(server);
      const key = `${tier} ${rule} ${service}`;
      const group = groups.get(key) ?? { tier, rule, service, count: 0, example: id };
      group.count += 1;
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort(
    (a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.count - a.count || a.example - b.example,
  );
}
