import type { CloseKind } from '../machine/close.ts';
import type { Side } from '../machine/state.ts';
import { secondsBetween } from '../report/time-span.ts';
import type { Change, Compared, Direction, Thresholds } from './change.ts';

/** What is known of one service in one report, as far as totals go. */
export interface Counted {
  readonly connections: number;
  readonly kinds: ReadonlyMap<CloseKind, number>;
  readonly closers: Readonly<Record<Side, number>>;
}

interface Pair {
  readonly service: string;
  readonly before: Counted;
  readonly after: Counted;
}

/** Standard deviations from which on two rates differ. */
const APART = 3;

type Total = Extract<Change, { what: 'total' }>;
type NameOf = (server: { readonly address: string; readonly port: number }) => string;

/** What a share does not tell: more connections a second, more TIME_WAITs at once, more CLOSE_WAITs left. */
export function totalChanges(
  pairs: readonly Pair[],
  before: Compared,
  after: Compared,
  nameOf: NameOf,
  { minFactor }: Thresholds,
): Change[] {
  const spans = [spanOf(before), spanOf(after)] as const;
  return pairs.flatMap(({ service, ...pair }) => {
    const sums = (report: Compared, of: Sum): number => of(report, (server) => nameOf(server) === service);
    const piled = PILES.map(({ of, ...total }) => {
      const [was, is] = [sums(before, of), sums(after, of)];
      return { service, what: 'total' as const, ...total, before: was, after: is };
    }).filter(({ before: was, after: is }) => was !== is && isFar(was, is, minFactor));
    return [
      ...ratesOf(service, pair, spans, minFactor),
      ...piled.map((total): Total => ({ ...total, direction: directionOf(total, before, after, nameOf) })),
    ];
  });
}

/** Where most TIME_WAITs are now, if they were at the other side: who closes first keeps them. */
export function timeWaitMoves(
  pairs: readonly Pair[],
  clear: (service: string, closer: Side) => boolean,
): Change[] {
  return pairs.flatMap(({ service, before, after }): Change[] => {
    const [from, to] = [holderOf(before), holderOf(after)];
    if (from === null || to === null || from === to || !clear(service, to)) return [];
    return [{ service, what: 'time-wait', name: 'moves', direction: 'changed', from, to }];
  });
}

const ORDERLY: readonly CloseKind[] = ['four-way', 'three-way', 'half-close'];

/** The side that closes most connections first; null where neither does, or most of them do not close in order. */
function holderOf({ connections, kinds, closers }: Counted): Side | null {
  const orderly = ORDERLY.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  if (2 * orderly <= connections || closers.client === closers.server) return null;
  const side = closers.client > closers.server ? 'client' : 'server';
  return 2 * closers[side] > connections ? side : null;
}

/** Connections a second, where chance does not explain the difference. */
function ratesOf(
  service: string,
  { before, after }: Omit<Pair, 'service'>,
  [was, is]: readonly [number, number],
  minFactor: number,
): Total[] {
  if (was <= 0 || is <= 0) return [];
  const [old, now] = [before.connections / was, after.connections / is];
  const deviation = Math.sqrt(before.connections / was ** 2 + after.connections / is ** 2);
  if (Math.abs(now - old) < APART * deviation || !isFar(old, now, minFactor)) return [];
  return [
    {
      service,
      what: 'total',
      name: 'connections a second',
      side: null,
      direction: 'changed',
      before: Number(old.toPrecision(3)),
      after: Number(now.toPrecision(3)),
    },
  ];
}

type Sum = (report: Compared, isOf: NameFilter) => number;
type NameFilter = (server: { readonly address: string; readonly port: number }) => boolean;

const PILES: readonly (Pick<Total, 'name' | 'side'> & { readonly of: Sum })[] = [
  {
    name: 'TIME_WAIT at once',
    side: 'client',
    of: ({ summary: { sockets } }, isOf) =>
      Math.max(0, ...sockets.timeWait.filter(({ service }) => isOf(service)).map(({ most }) => most)),
  },
  ...(['CLOSE_WAIT', 'FIN_WAIT_2'] as const).flatMap((wanted) =>
    (['client', 'server'] as const).map((of) => ({
      name: `${wanted} at the end` as const,
      side: of,
      of: ({ summary: { sockets } }: Compared, isOf: NameFilter) =>
        sockets.stuck
          .filter(({ state, side, service }) => state === wanted && side === of && isOf(service))
          .reduce((sum, pile) => sum + pile.sockets, 0),
    })),
  ),
];

/** More TIME_WAITs are no harm as long as there are ports. */
function directionOf(
  { service, name, before: was, after: is }: Omit<Total, 'direction'>,
  before: Compared,
  after: Compared,
  nameOf: NameOf,
): Direction {
  if (name !== 'TIME_WAIT at once') return is > was ? 'worse' : 'better';
  const isShort = ({ summary }: Compared): boolean =>
    summary.pressure.some((pressure) => nameOf(pressure.service) === service);
  if (isShort(before) === isShort(after)) return 'changed';
  return isShort(after) ? 'worse' : 'better';
}

function isFar(was: number, is: number, minFactor: number): boolean {
  return Math.max(was, is) >= minFactor * Math.min(was, is);
}

/** Seconds that the captures cover. */
function spanOf({ captures }: Compared): number {
  return captures.reduce(
    (sum, { start, end }) =>
      sum + (start !== null && end !== null ? Math.max(0, secondsBetween(start, end)) : 0),
    0,
  );
}
