import type { Side, State } from '../machine/state.ts';
import { SOCKET_STATES } from '../report/diagram/theme.ts';
import type { SeriesGroup, SeriesState, SocketSeries } from '../report/html/page-data.ts';
import { formatTimestamp } from '../report/timestamp.ts';
import type { Connection } from '../rules/rule.ts';
import { addSockets, entryOf, type SocketChange } from './socket-changes.ts';
import { livesOf } from './socket-lives.ts';

/** Steps that a stretch of time has at most; more are merged by two. */
const MOST_STEPS = 400;
/** Nanoseconds of the shortest step. */
const FIRST_STEP = 1e6;
/** Hosts and sides that are counted apart, and those that are listed. */
const MOST_GROUPS = 256;
const LISTED = 12;

interface Group {
  readonly host: string | null;
  readonly side: Side;
  readonly changes: Map<State, Map<number, SocketChange>>;
}

/**
 * Sockets by host, side and state over one stretch of time, at even steps. How long it will be is not known while it is read, so the
 * steps begin short and double: memory is bounded by steps, groups and states.
 */
export class SocketSeriesCounter {
  private step = FIRST_STEP;
  private groups: Map<string, Group> = new Map();
  /** Nanoseconds. */
  private end = 0;

  add(connection: Connection): void {
    this.end = Math.max(this.end, connection.flow.ended);
    while (this.end / this.step >= MOST_STEPS) this.coarsen();
    for (const { side, state, from, to, proven } of livesOf(connection)) {
      const changes = entryOf(
        this.groupOf(connection.flow[side].address, side).changes,
        state,
        () => new Map(),
      );
      // Who was there at a step: from it on until before the next.
      const [first, next] = [Math.ceil(from / this.step), Math.ceil(to / this.step)];
      if (first === next) continue;
      addSockets(changes, first, 1, proven ? 1 : 0);
      if (next !== Infinity) addSockets(changes, next, -1, proven ? -1 : 0);
    }
  }

  /**
   * @param epoch what times count from, nanoseconds since 1970
   * @param end nanoseconds from there to the last packet
   */
  series(epoch: bigint, end: number): SocketSeries {
    this.end = Math.max(this.end, end);
    while (this.end / this.step >= MOST_STEPS) this.coarsen();
    const steps = Math.floor(this.end / this.step) + 1;
    const groups = [...this.groups.values()]
      .map((group) => ({ group: seriesOf(group, steps), most: mostOf(group, steps) }))
      .filter(({ most }) => most > 0)
      .sort((a, b) => b.most - a.most);
    return {
      start: formatTimestamp(epoch, 0),
      step: this.step / 1e9,
      steps,
      groups: groups.slice(0, LISTED).map(({ group }) => group),
      unlisted: Math.max(0, groups.length - LISTED),
    };
  }

  private groupOf(host: string, side: Side): Group {
    const key = `${side} ${host}`;
    const known = this.groups.get(key);
    if (known) return known;
    if (this.groups.size >= MOST_GROUPS) {
      return entryOf(this.groups, side, () => ({ host: null, side, changes: new Map() }));
    }
    const group: Group = { host, side, changes: new Map() };
    this.groups.set(key, group);
    return group;
  }

  private coarsen(): void {
    this.step *= 2;
    for (const { changes } of this.groups.values()) {
      for (const [state, finer] of changes) {
        const coarser = new Map<number, SocketChange>();
        for (const [index, { sockets, proven }] of finer) {
          addSockets(coarser, Math.ceil(index / 2), sockets, proven);
        }
        changes.set(state, coarser);
      }
    }
  }
}

function seriesOf({ host, side, changes }: Group, steps: number): SeriesGroup {
  const states = SOCKET_STATES.flatMap((state): SeriesState[] => {
    const own = changes.get(state);
    if (own === undefined) return [];
    const [sockets, proven] = [summed(own, steps, 'sockets'), summed(own, steps, 'proven')];
    return sockets.some((count) => count > 0) ? [{ state, sockets, proven }] : [];
  });
  return { host, side, states };
}

function summed(
  changes: ReadonlyMap<number, SocketChange>,
  steps: number,
  what: keyof SocketChange,
): number[] {
  let now = 0;
  return Array.from({ length: steps }, (_, index) => {
    now += changes.get(index)?.[what] ?? 0;
    return now;
  });
}

function mostOf({ changes }: Group, steps: number): number {
  const sums = Array.from({ length: steps }, () => 0);
  for (const own of changes.values()) {
    summed(own, steps, 'sockets').forEach((count, index) => {
      sums[index] = (sums[index] ?? 0) + count;
    });
  }
  return Math.max(0, ...sums);
}
