import type { Side } from '../../machine/state.ts';
import type { CauseName } from '../../rules/causes/cause-names.ts';
import type { ReportedConnection } from '../report.ts';
import { CloseCounts } from './close-counts.ts';
import { type Distribution, Quantiles } from './quantiles.ts';
import type { IdleCloses, ServiceCounts, ServiceSummary } from './service-summary.ts';
import { STAYS, stayOf, type Tally } from './tally.ts';
import type { TimedState } from './timed-states.ts';

/** Seconds of silence from which on a connection counts as idle. */
const IDLE = 1;
const NEAR = 0.05;

/** Counts the connections of one service, or of several. */
export class ServiceCounter {
  connections = 0;
  private readonly closes = new CloseCounts();
  private readonly causes: CauseCounter[] = [];
  /** Null as long as there are none, as the next ones: a scan has very many services, each with little. */
  private closing: Quantiles | null = null;
  private readonly idle: Record<Side, Quantiles | null> = { client: null, server: null };
  /** By `stayOf`. */
  private stays: (Quantiles | undefined)[] | null = null;

  count({ id, way, duration, idle, cause, stays }: Tally): void {
    const { kind, closer } = way;
    this.connections += 1;
    this.closes.add(way);
    if (!Number.isNaN(duration) && kind !== 'refused') {
      this.closing ??= new Quantiles();
      this.closing.add(duration);
    }
    const silence = cause?.name === 'keep-alive-race' ? (cause.idle ?? 0) : idle;
    if (silence >= IDLE && (closer === 'client' || closer === 'server')) {
      const silences = this.idle[closer] ?? new Quantiles();
      silences.add(silence);
      this.idle[closer] = silences;
    }
    for (const { which, seconds } of stays) this.timesOf(which).add(seconds);
    if (cause === null) return;
    const counter = this.cause(cause.name, cause.side, id);
    counter.connections += 1;
    counter.first = Math.min(counter.first, id);
    if (cause.idle !== null) counter.idle.add(cause.idle);
  }

  /** Takes over the counts of another; its distributions of times only as far as {@link counts} has them. */
  mergeCounts(other: ServiceCounter): void {
    this.connections += other.connections;
    this.closes.merge(other.closes);
    for (const { name, side, first, connections, idle } of other.causes) {
      const counter = this.cause(name, side, first);
      counter.connections += connections;
      counter.first = Math.min(counter.first, first);
      counter.idle.merge(idle);
    }
  }

  counts(): ServiceCounts {
    const resets = this.closes.of(({ kind }) => kind === 'abort' || kind === 'reset-after-fin');
    const causes = [...this.causes].sort((a, b) => b.connections - a.connections || a.first - b.first);
    return {
      connections: this.connections,
      closers: this.closes.closers(),
      closes: this.closes.closes(),
      resets,
      causes: causes.map(({ idle, ...counted }) => ({ ...counted, idle: idle.distribution() })),
    };
  }

  summary({ address, port }: ReportedConnection['server']): ServiceSummary {
    const timesIn = (side: Side, state: TimedState): Distribution | null =>
      this.stays?.[stayOf(side, state)]?.distribution() ?? null;
    const times = (side: Side): ServiceSummary['states'][Side] => ({
      CLOSE_WAIT: timesIn(side, 'CLOSE_WAIT'),
      FIN_WAIT_2: timesIn(side, 'FIN_WAIT_2'),
      TIME_WAIT: timesIn(side, 'TIME_WAIT'),
    });
    return {
      address,
      port,
      ...this.counts(),
      closing: this.closing?.distribution() ?? null,
      idle: { client: idleCloses(this.idle.client), server: idleCloses(this.idle.server) },
      states: { client: times('client'), server: times('server') },
    };
  }

  private timesOf(which: number): Quantiles {
    this.stays ??= Array.from({ length: STAYS });
    let times = this.stays[which];
    if (times === undefined) {
      times = new Quantiles();
      this.stays[which] = times;
    }
    return times;
  }

  private cause(name: CauseName, side: Side | null, first: number): CauseCounter {
    for (const known of this.causes) if (known.name === name && known.side === side) return known;
    const counter = { name, side, first, connections: 0, idle: new Quantiles() };
    this.causes.push(counter);
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

function idleCloses(quantiles: Quantiles | null): IdleCloses | null {
  const distribution = quantiles?.distribution() ?? null;
  return (
    quantiles && distribution && { ...distribution, nearMedian: quantiles.near(distribution.median, NEAR) }
  );
}
