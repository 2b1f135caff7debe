import { TIERS } from '../../rules/finding.ts';
import type { FindingGroup, ReportedConnection, Summary } from '../report.ts';

/** Kinds of findings that are told of; when there are more, those of several services are taken together. */
export const MOST_KINDS = 20;

/** Findings of one rule and tier about one side, at one service or at several. */
export interface Kind extends Pick<FindingGroup, 'tier' | 'rule' | 'side' | 'count' | 'first'> {
  readonly services: readonly FindingGroup['service'][];
}

/**
 * The kinds, worst tier first, then by number. Notes, and what the capture cannot decide, are one kind wherever they are, and so
 * is everything where there is much.
 *
 * @param together everything is one kind wherever it is
 */
export function kindsOf({ groups }: Pick<Summary, 'groups'>, together = false): Kind[] {
  const isMuch = together || groups.length > MOST_KINDS;
  const kinds = new Map<string, Kind>();
  for (const { service, ...group } of groups) {
    const { tier, rule, side } = group;
    const isTogether = isMuch || tier === 'note' || tier === 'inconclusive';
    const key = `${tier} ${rule} ${side} ${isTogether ? '' : `${service.address} ${service.port}`}`;
    const known = kinds.get(key);
    kinds.set(key, {
      ...group,
      count: (known?.count ?? 0) + group.count,
      first: Math.min(known?.first ?? group.first, group.first),
      services: [...(known?.services ?? []), service],
    });
  }
  return [...kinds.values()].sort(
    (a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.count - a.count || a.first - b.first,
  );
}

/** Whether a connection has a finding of a kind. */
export function isOfKind(
  { server, findings }: ReportedConnection,
  { tier, rule, side, services }: Kind,
): boolean {
  if (!findings.some((one) => one.tier === tier && one.rule === rule && one.side === side)) return false;
  return services.some(({ address, port }) => port === server.port && address === server.address);
}
