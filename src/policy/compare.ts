import { CLOSE_KINDS, type CloseKind } from '../machine/close.ts';
import { SIDES } from '../machine/state.ts';
import type { ServiceSummary } from '../report/summary/service-summary.ts';
import { endpoint } from '../report/wording.ts';
import { TIERS, type Tier } from '../rules/finding.ts';
import {
  type Change,
  type Compared,
  type Comparison,
  DIRECTIONS,
  type Direction,
  type Thresholds,
} from './change.ts';
import { timeWaitMoves, totalChanges } from './compare-totals.ts';
import { chanceOf, type Share, significant } from './proportions.ts';

export const THRESHOLDS: Thresholds = { minShare: 1, minFactor: 1.5, chance: 0.05, by: 'service' };

/** Durations of fewer connections say nothing, and differences below a millisecond are scheduling. */
const FEWEST = 10;
const SHORTEST = 0.001;

/** How services close after a change against how they closed before it. */
export function compare(before: Compared, after: Compared, thresholds: Thresholds = THRESHOLDS): Comparison {
  const [old, now] = [servicesOf(before, thresholds.by), servicesOf(after, thresholds.by)];
  const both = [...old].flatMap(([service, one]) => {
    const other = now.get(service);
    return other ? [{ service, before: one, after: other }] : [];
  });
  const shares = both.flatMap(sharesOf);
  const chances = shares.map((share) => chanceOf(share.before, share.after));
  const clear = significant(chances, thresholds.chance);
  const changes: Change[] = [
    ...shares.flatMap((share, index) =>
      shareChange(share, chances[index] ?? 1, clear[index] ?? false, thresholds),
    ),
    ...timeWaitMoves(both, (service, closer) =>
      shares.some(
        (share, index) =>
          share.service === service &&
          share.what === 'closer' &&
          share.name === closer &&
          (clear[index] || thresholds.chance >= 1),
      ),
    ),
    ...both.flatMap((pair) => durationChanges(pair, thresholds)),
    ...totalChanges(both, before, after, namer(thresholds.by), thresholds),
    ...apart(old, now, 'gone'),
    ...apart(now, old, 'new'),
  ];
  const unlisted = [before, after].reduce(
    (sum, { summary }) => sum + (summary.otherServices?.services ?? 0) + (summary.otherGroups?.groups ?? 0),
    0,
  );
  return { changes: changes.sort(worstFirst), compared: both.length, tests: shares.length, unlisted };
}

/** What is known of one service in one report. */
interface Service {
  readonly connections: number;
  readonly kinds: ReadonlyMap<CloseKind, number>;
  readonly closers: ServiceSummary['closers'];
  readonly resets: number;
  /** By tier and rule. */
  readonly findings: ReadonlyMap<string, number>;
  /** Null where several services are taken together, whose durations are not known together. */
  readonly times: Pick<ServiceSummary, 'closing' | 'states'> | null;
}

function servicesOf({ summary, policy }: Compared, by: Thresholds['by']): Map<string, Service> {
  const nameOf = namer(by);
  const found: { service: string; key: string; count: number }[] = [
    ...summary.groups.map(({ tier, rule, service, count }) => {
      return { service: nameOf(service), key: `${tier} ${rule}`, count };
    }),
    ...[...summary.pressure, ...(policy?.findings ?? [])].map(({ tier, rule, service }) => {
      return { service: nameOf(service), key: `${tier} ${rule}`, count: 1 };
    }),
  ];
  const services = new Map<string, Service>();
  for (const one of summary.services) {
    const name = nameOf(one);
    const known = services.get(name);
    services.set(name, known ? joined(known, one) : serviceOf(one));
  }
  return new Map(
    [...services].map(([name, service]) => {
      const findings = new Map<string, number>();
      for (const { service: at, key, count } of found) {
        if (at === name) findings.set(key, (findings.get(key) ?? 0) + count);
      }
      return [name, { ...service, findings }];
    }),
  );
}

/** How a service is called. */
function namer(by: Thresholds['by']): (server: { address: string; port: number }) => string {
  return (server) => (by === 'port' ? `port ${server.port}` : endpoint(server));
}

function serviceOf({ connections, closes, closers, resets, closing, states }: ServiceSummary): Service {
  const kinds = new Map(CLOSE_KINDS.map((kind) => [kind, closes[kind] ?? 0]));
  return { connections, kinds, closers, resets, findings: new Map(), times: { closing, states } };
}

function joined(known: Service, { connections, closes, closers, resets }: ServiceSummary): Service {
  return {
    connections: known.connections + connections,
    kinds: new Map(CLOSE_KINDS.map((kind) => [kind, (known.kinds.get(kind) ?? 0) + (closes[kind] ?? 0)])),
    closers: {
      client: known.closers.client + closers.client,
      server: known.closers.server + closers.server,
      both: known.closers.both + closers.both,
      none: known.closers.none + closers.none,
    },
    resets: known.resets + resets,
    findings: known.findings,
    times: null,
  };
}

type Pair = { readonly service: string; readonly before: Service; readonly after: Service };
type SharePair = Pick<
  Extract<Change, { what: 'kind' | 'closer' | 'resets' | 'finding' }>,
  'what' | 'name' | 'tier'
> & {
  readonly service: string;
  readonly before: Share;
  readonly after: Share;
};

/** Every share that either report has. */
function sharesOf({ service, before, after }: Pair): SharePair[] {
  const pair = (
    what: SharePair['what'],
    name: string,
    tier: Tier | null,
    count: (of: Service) => number,
  ): SharePair[] => {
    // More findings than connections are one for each.
    const share = (of: Service): Share => ({
      count: Math.min(count(of), of.connections),
      of: of.connections,
    });
    const both = { before: share(before), after: share(after) };
    return both.before.count + both.after.count === 0 ? [] : [{ service, what, name, tier, ...both }];
  };
  const found = new Set([...before.findings.keys(), ...after.findings.keys()]);
  return [
    ...CLOSE_KINDS.flatMap((kind) => pair('kind', kind, null, ({ kinds }) => kinds.get(kind) ?? 0)),
    ...(['client', 'server', 'both'] as const).flatMap((closer) =>
      pair('closer', closer, null, ({ closers }) => closers[closer]),
    ),
    ...pair('resets', 'resets', null, ({ resets }) => resets),
    ...[...found].flatMap((key) => {
      const [tier = '', rule = ''] = key.split(' ');
      const known = TIERS.find((one) => one === tier) ?? 'note';
      return pair('finding', rule, known, ({ findings }) => findings.get(key) ?? 0);
    }),
  ];
}

function shareChange(
  share: SharePair,
  p: number,
  clear: boolean,
  { minShare, chance }: Thresholds,
): Change[] {
  const { before, after, what, tier } = share;
  const points = (100 * after.count) / after.of - (100 * before.count) / before.of;
  // What the packets prove needs no statistics.
  const isProven = what === 'finding' && tier === 'violation' && before.count === 0;
  if (points === 0 || (Math.abs(points) < minShare && !isProven)) return [];
  const isClear = clear || chance >= 1 || isProven;
  return [{ ...share, direction: isClear ? directionOf(share, points) : 'unclear', p }];
}

/** Whether more of a kind is worse, better, or merely different. */
const WORSE_KINDS: readonly string[] = [
  'abort',
  'reset-after-fin',
  'incomplete',
  'refused',
  'unanswered',
] satisfies CloseKind[];

function directionOf({ what, name, tier }: SharePair, points: number): Direction {
  const matters =
    what === 'resets' ||
    (what === 'kind' && WORSE_KINDS.includes(name)) ||
    (what === 'finding' && (tier === 'violation' || tier === 'suspect'));
  if (!matters) return 'changed';
  return points > 0 ? 'worse' : 'better';
}

function durationChanges({ service, before, after }: Pair, { minFactor, chance }: Thresholds): Change[] {
  if (!before.times || !after.times) return [];
  const { times: old } = before;
  const { times: now } = after;
  const pairs = [
    { name: 'closing' as const, side: null, before: old.closing, after: now.closing },
    ...SIDES.map((side) => {
      return {
        name: 'CLOSE_WAIT' as const,
        side,
        before: old.states[side].CLOSE_WAIT,
        after: now.states[side].CLOSE_WAIT,
      };
    }),
  ];
  return pairs.flatMap(({ name, side, before: was, after: is }): Change[] => {
    if (!was || !is || Math.abs(is.median - was.median) < SHORTEST) return [];
    const factor = is.median / was.median;
    if (factor < minFactor && factor > 1 / minFactor) return [];
    const isClear = chance >= 1 || (was.count >= FEWEST && is.count >= FEWEST);
    const direction = !isClear ? 'unclear' : factor > 1 ? 'worse' : 'better';
    return [{ service, what: 'duration', direction, name, side, before: was, after: is }];
  });
}

/** Services of one that the other does not have; violations in a new one are proven all the same. */
function apart(
  services: ReadonlyMap<string, Service>,
  others: ReadonlyMap<string, Service>,
  name: 'gone' | 'new',
): Change[] {
  return [...services].flatMap(([service, { connections, findings }]): Change[] => {
    if (others.has(service)) return [];
    const proven = [...findings].filter(([key]) => name === 'new' && key.startsWith('violation '));
    return [
      { service, what: 'service', name, direction: 'changed', connections },
      ...proven.map(([key, count]): Change => {
        const after = { count: Math.min(count, connections), of: connections };
        const rule = key.split(' ')[1] ?? '';
        const before = { count: 0, of: 0 };
        return {
          service,
          what: 'finding',
          name: rule,
          tier: 'violation',
          direction: 'worse',
          before,
          after,
          p: 1,
        };
      }),
    ];
  });
}

function worstFirst(a: Change, b: Change): number {
  return (
    DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction) ||
    (a.service === b.service ? 0 : a.service < b.service ? -1 : 1)
  );
}
