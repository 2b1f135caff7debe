import { CLOSE_KINDS, type CloseKind, type Closer } from '../machine/close.ts';
import type { Side } from '../machine/state.ts';
import type { CauseName } from '../rules/cause-names.ts';
import { closeCounts, thoseThatOccur } from './close-counts.ts';
import { type Distribution, Quantiles } from './quantiles.ts';
import type { ReportedConnection } from './report.ts';
import type { Tally, TimedState } from './tally.ts';

/** How the connections of one service closed: the server's address and port. All times are seconds. */
export interface ServiceSummary extends ServiceCounts {
  readonly address: string;
  readonly port: number;
  /** From the first FIN or RST to the end, of those that came to an end. */
  readonly closing: Distribution | null;
  /** Silence before the side closed first, of the connections that had been idle for a second or more. */
  readonly idle: Readonly<Record<Side, IdleCloses | null>>;
  /**
   * From the transition into a state to the next one of that side. Counted only where the capture has both: a
   * TIME_WAIT that a timer ended is not, only one that was cut short (an RST, the next incarnation).
   */
  readonly states: Readonly<Record<Side, Readonly<Record<TimedState, Distribution | null>>>>;
}

/** What is counted of all services together that are not listed. */
export interface OtherServices extends ServiceCounts {
  /** How many; one that came again after it had made room for others counts anew. */
  readonly services: number;
}

export interface ServiceCounts {
  readonly connections: number;
  readonly closers: Readonly<Record<Closer, number>>;
  readonly closes: Readonly<Partial<Record<CloseKind, number>>>;
  /** Connections that an RST ended, refused ones aside. */
  readonly resets: number;
  readonly causes: readonly ServiceCause[];
}

/** A cause of resets and broken closes, as often as it occurs with this side. */
export interface ServiceCause {
  readonly name: CauseName;
  readonly side: Side | null;
  readonly connections: number;
  /** Lowest id of a connection that has it. */
  readonly first: number;
  /** Silence before it, where that is part of the cause. */
  readonly idle: Distribution | null;
}

export interface IdleCloses extends Distribution {
  /** How many are within 5 % of the median: nearly all where a time-out closes. */
  readonly nearMedian: number;
}

/** Seconds of silence from which on a connection counts as idle. */
const IDLE = 1;
const NEAR = 0.05;

/** Counts the connections of one service, or of several. */
export class ServiceCounter {
  connections = 0;
  private readonly closers = { client: 0, server: 0, both: 0, none: 0 };
  private readonly closes = closeCounts();
  private readonly causes: Map<string, CauseCounter> = new Map();
  private readonly closing = new Quantiles();
  private readonly idle = { client: new Quantiles(), server: new Quantiles() };
  private readonly states = { client: stays(), server: stays() };

  count({ id, kind, closer, duration, idle, cause, stays }: Tally): void {
    this.connections += 1;
    this.closers[closer] += 1;
    this.closes[kind] += 1;
    if (duration !== null && kind !== 'refused') this.closing.add(duration);
    const silence = cause?.name === 'keep-alive-race' ? (cause.idle ?? 0) : (idle ?? 0);
    if ((closer === 'client' || closer === 'server') && silence >= IDLE) this.idle[closer].add(silence);
    for (const { side, state, seconds } of stays) this.states[side][state].add(seconds);
    if (cause === null) return;
    const counter = this.cause(cause.name, cause.side, id);
    counter.connections += 1;
    counter.first = Math.min(counter.first, id);
    if (cause.idle !== null) counter.idle.add(cause.idle);
  }

  /** Takes over the counts of another; its distributions of times only as far as {@link counts} has them. */
  mergeCounts(other: ServiceCounter): void {
    this.connections += other.connections;
    for (const closer of ['client', 'server', 'both', 'none'] as const)
      this.closers[closer] += other.closers[closer];
    for (const kind of CLOSE_KINDS) this.closes[kind] += other.closes[kind];
    for (const { name, side, first, connections, idle } of other.causes.values()) {
      const counter = this.cause(name, side, first);
      counter.connections += connections;
      counter.first = Math.min(counter.first, first);
      counter.idle.merge(idle);
    }
  }

  counts(): ServiceCounts {
    const resets = this.closes.abort + this.closes['reset-after-fin'];
    const causes = [...this.causes.values()].sort(
      (a, b) => b.connections - a.connections || a.first - b.first,
    );
    return {
      connections: this.connections,
      closers: { ...this.closers },
      closes: thoseThatOccur(this.closes),
      resets,
      causes: causes.map(({ idle, ...counted }) => ({ ...counted, idle: idle.distribution() })),
    };
  }

  summary({ address, port }: ReportedConnection['server']): ServiceSummary {
    const times = (side: Side): ServiceSummary['states'][Side] => ({
      CLOSE_WAIT: this.states[side].CLOSE_WAIT.distribution(),
      FIN_WAIT_2: this.states[side].FIN_WAIT_2.distribution(),
      TIME_WAIT: this.states[side].TIME_WAIT.distribution(),
    });
    return {
      address,
      port,
      ...this.counts(),
      closing: this.closing.distribution(),
      idle: { client: idleCloses(this.idle.client), server: idleCloses(this.idle.server) },
      states: { client: times('client'), server: times('server') },
    };
  }

  private cause(name: CauseName, side: Side | null, first: number): CauseCounter {
    const key = `${name} ${side}`;
    const counter = this.causes.get(key) ?? { name, side, first, connections: 0, idle: new Quantiles() };
    this.causes.set(key, counter);
    return counter;
  }
}

interface CauseCounter {
  readonly name: CauseName;
  readonly side: Side | null;
  connections: number;
  first: number;
  readonly idle: Quantiles;
}

function idleCloses(quantiles: Quantiles): IdleCloses | null {
  const distribution = quantiles.distribution();
  return distribution && { ...distribution, nearMedian: quantiles.near(distribution.median, NEAR) };
}

function stays(): Record<TimedState, Quantiles> {
  return { CLOSE_WAIT: new Quantiles(), FIN_WAIT_2: new Quantiles(), TIME_WAIT: new Quantiles() };
}
