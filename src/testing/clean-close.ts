import type { CloseKind } from '../machine/close.ts';
import type { Event } from '../machine/table.ts';
import type { ReportedConnection } from '../report/report.ts';
import type { Finding } from '../rules/finding.ts';
import type { CloseCleanlyOptions } from './options.ts';

/** Closes with FINs of both sides, each acknowledged. */
const CLEAN_KINDS: readonly CloseKind[] = ['four-way', 'three-way', 'simultaneous', 'half-close'];

const ACKNOWLEDGED: readonly Event[] = ['receive ACK of FIN', 'receive FIN,ACK of FIN'];

/**
 * Why a connection did not close cleanly; nothing where it did. Clean: FINs of both sides, each acknowledged, or a kind
 * of close that `allow` names, and no violation and no suspect. With a `side`: its FIN was sent and acknowledged, no RST
 * of it took effect, and no violation and no suspect blames it (or blames neither side).
 */
export function whyNotClean(connection: ReportedConnection, options: CloseCleanlyOptions): string[] {
  const { side, allow = [], ignore = [] } = options;
  const { close, findings } = connection;
  const counted = findings.filter(
    (finding) =>
      (finding.tier === 'violation' || finding.tier === 'suspect') &&
      (side === undefined || finding.side === null || finding.side === side) &&
      !ignore.includes(finding.rule),
  );
  const ending = allow.includes(close.kind) ? [] : whyNotByFin(connection, options);
  return [...ending, ...counted.map(findingName)];
}

/** `suspect rst-on-close (server)`. */
export function findingName({ tier, rule, side }: Pick<Finding, 'tier' | 'rule' | 'side'>): string {
  return `${tier} ${rule}${side === null ? '' : ` (${side})`}`;
}

function whyNotByFin({ close, transitions }: ReportedConnection, { side }: CloseCleanlyOptions): string[] {
  const bothAcknowledged = CLEAN_KINDS.includes(close.kind);
  if (side === undefined) {
    return bothAcknowledged ? [] : [`${close.kind} is no close with FINs of both sides acknowledged`];
  }
  const own = transitions.filter((transition) => transition.side === side).map(({ on }) => on);
  if (own.includes('send RST')) return [`the ${side} sent an RST`];
  if (bothAcknowledged || own.some((event) => ACKNOWLEDGED.includes(event))) return [];
  return [
    own.includes('send FIN') ? `the FIN of the ${side} was not acknowledged` : `the ${side} sent no FIN`,
  ];
}
