import type { Endpoint } from '../flow/flow.ts';
import { SIDES, type Side, STATES, type State } from '../machine/state.ts';
import type { ListedSocket, SocketCount, SocketMoment, SocketPeak } from '../report/sockets/socket-report.ts';
import { formatTimestamp } from '../report/timestamp.ts';
import type { Connection } from '../rules/rule.ts';
import { addSockets, entryOf, type SocketChange } from './socket-changes.ts';
import { SocketCurve } from './socket-curve.ts';
import { livesOf, type SocketLife } from './socket-lives.ts';

/** Hosts, sides and services that are counted apart; what comes later is counted together, by side. */
const MOST_GROUPS = 4096;

/** A moment of a period. While a frame has not been read its time is not known: then it is the latest there is. */
export interface Watched {
  readonly asked: string;
  /** Nanoseconds; infinite for the end, and for what is still to come. */
  time: number;
}

type Counts = Map<State, SocketChange>;

interface Group {
  readonly host: string | null;
  readonly side: Side;
  readonly service: Endpoint | null;
  readonly curves: Map<State, SocketCurve>;
  readonly moments: Map<Watched, Counts>;
  /** Changes by state and number of the step. */
  readonly steps: Map<State, Map<number, SocketChange>>;
}

export interface CountOptions {
  readonly moments: readonly Watched[];
  /** Nanoseconds; null for none. */
  readonly every: number | null;
  /** Keep the sockets of the moments themselves. */
  readonly list: boolean;
}

/** Counts the sockets of one stretch of time as its connections become final. */
export class SocketCounts {
  connections = 0;
  private readonly options: CountOptions;
  private readonly groups: Map<string, Group> = new Map();
  private readonly lists: Map<Watched, Omit<ListedSocket, 'since'>[]> = new Map();
  private readonly since: Map<Omit<ListedSocket, 'since'>, number> = new Map();

  constructor(options: CountOptions) {
    this.options = options;
  }

  add(connection: Connection): void {
    this.connections += 1;
    let groups: readonly Group[] = [];
    for (const life of livesOf(connection)) {
      if (groups[0]?.side !== life.side) groups = this.groupsOf(connection, life.side);
      for (const group of groups) this.count(group, life);
      if (!this.options.list) continue;
      for (const moment of this.options.moments) {
        if (holds(life, moment.time)) this.keep(moment, life, connection);
      }
    }
  }

  /** @param epoch what times count from, nanoseconds since 1970 */
  most(epoch: bigint): SocketPeak[] {
    return this.ordered().flatMap((group) =>
      inOrder(group.curves).map(([state, curve]) => {
        const { sockets, proven, time } = curve.most();
        return { ...countOf(group, state, { sockets, proven }), time: formatTimestamp(epoch, time) };
      }),
    );
  }

  /** @param end what stands for an infinite time */
  moment(watched: Watched, epoch: bigint, end: number): SocketMoment {
    const counts = this.ordered().flatMap((group) =>
      inOrder(group.moments.get(watched) ?? new Map()).map(([state, counted]) =>
        countOf(group, state, counted),
      ),
    );
    const time = formatTimestamp(epoch, watched.time === Infinity ? end : watched.time);
    const sockets = this.lists.get(watched)?.map((socket) => ({
      ...socket,
      since: formatTimestamp(epoch, this.since.get(socket) ?? 0),
    }));
    return { asked: watched.asked, time, counts, ...(this.options.list && { sockets: sockets ?? [] }) };
  }

  /** All steps up to the end. */
  *steps(epoch: bigint, end: number): Generator<SocketMoment> {
    const { every } = this.options;
    if (every === null) return;
    const groups = this.ordered();
    const now = groups.map(() => new Map<State, SocketChange>());
    for (let step = 0; step * every <= end; step++) {
      const counts = groups.flatMap((group, index) => {
        const own = now[index] ?? new Map();
        for (const [state, changes] of group.steps) {
          const change = changes.get(step);
          if (change) addSockets(own, state, change.sockets, change.proven);
        }
        return inOrder(own)
          .filter(([, { sockets }]) => sockets > 0)
          .map(([state, counted]) => countOf(group, state, counted));
      });
      yield { asked: String(step), time: formatTimestamp(epoch, step * every), counts };
    }
  }

  private count(group: Group, life: SocketLife): void {
    const { state, from, to, proven } = life;
    entryOf(group.curves, state, () => new SocketCurve()).add(from, to, proven);
    for (const moment of this.options.moments) {
      if (!holds(life, moment.time)) continue;
      addSockets(
        entryOf(group.moments, moment, () => new Map()),
        state,
        1,
        proven ? 1 : 0,
      );
    }
    const { every } = this.options;
    if (every === null) return;
    const changes = entryOf(group.steps, state, () => new Map());
    const first = Math.ceil(from / every);
    const next = Math.ceil(to / every);
    if (first === next) return;
    addSockets(changes, first, 1, proven ? 1 : 0);
    if (next !== Infinity) addSockets(changes, next, -1, proven ? -1 : 0);
  }

  private keep(moment: Watched, { side, state, from, proven }: SocketLife, { flow }: Connection): void {
    const local = flow[side];
    const peer = side === 'client' ? flow.server : flow.client;
    const status = proven ? 'proven' : 'assumed';
    const socket = { state, local, peer, side, status, connection: flow.id } as const;
    this.since.set(socket, from);
    entryOf(this.lists, moment, () => []).push(socket);
  }

  /** That of the service, and that of all services of the host. */
  private groupsOf({ flow }: Connection, side: Side): readonly Group[] {
    const host = flow[side].address;
    const { server } = flow;
    const key = `${side} ${host} ${server.address} ${server.port}`;
    const all = `${side} ${host}`;
    if (this.groups.size >= MOST_GROUPS && !this.groups.has(key)) return [this.group(side, null, side, null)];
    return [this.group(key, host, side, server), this.group(all, host, side, null)];
  }

  private group(key: string, host: string | null, side: Side, service: Endpoint | null): Group {
    const known = this.groups.get(key);
    if (known) return known;
    const group = { host, side, service, curves: new Map(), moments: new Map(), steps: new Map() };
    this.groups.set(key, group);
    return group;
  }

  /** Hosts by name, the client's side first; all services of a host where it has several, and then each of them. */
  private ordered(): Group[] {
    const services = new Map<string, number>();
    for (const { side, host, service } of this.groups.values()) {
      if (service) services.set(`${side} ${host}`, (services.get(`${side} ${host}`) ?? 0) + 1);
    }
    return [...this.groups.values()]
      .filter(({ side, host, service }) => service || host === null || services.get(`${side} ${host}`) !== 1)
      .sort(
        (a, b) =>
          SIDES.indexOf(a.side) - SIDES.indexOf(b.side) ||
          byText(a.host ?? '~', b.host ?? '~') ||
          byText(a.service?.address ?? '', b.service?.address ?? '') ||
          (a.service?.port ?? 0) - (b.service?.port ?? 0),
      );
  }
}

/** What has no end is there at every later moment, also at one whose time is not known yet. */
function holds({ from, to }: SocketLife, time: number): boolean {
  return from <= time && (time < to || to === Infinity);
}

function inOrder<Value>(byState: ReadonlyMap<State, Value>): [State, Value][] {
  return STATES.flatMap((state) => {
    const value = byState.get(state);
    return value === undefined ? [] : [[state, value] as [State, Value]];
  });
}

function countOf(
  { host, side, service }: Group,
  state: State,
  { sockets, proven }: { readonly sockets: number; readonly proven: number },
): SocketCount {
  return { host, side, service, state, sockets, proven, assumed: sockets - proven };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
