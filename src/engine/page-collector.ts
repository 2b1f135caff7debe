import type { Drawing } from '../report/diagram/drawing.ts';
import type { PageData, SocketSeries } from '../report/html/page-data.ts';
import { pictureOf } from '../report/ladder/ladder-of.ts';
import type { Report, ReportedConnection } from '../report/report.ts';
import { WorstConnections, worstFirst } from '../report/summary/worst-first.ts';
import type { Connection } from '../rules/rule.ts';
import { SocketSeriesCounter } from './socket-series.ts';

/** Connections that a page draws unless somebody says how many. */
export const DRAWN = 100;
/** Segments and notes of one diagram. */
const MOST_RUNGS = 60;
/** The share of a page that shows what is usual: a sample of each kind of close. */
const SAMPLED = 0.25;

/** What decides how bad a connection is, with its picture. */
type Kept = Pick<ReportedConnection, 'id' | 'verdict' | 'findings'> & { readonly drawing: Drawing };

/** Gathers what a page shows while captures are read, in bounded memory: the worst connections, a sample of each kind, sockets over time. */
export class PageCollector {
  private readonly most: number;
  private readonly worst: WorstConnections<Kept>;
  private readonly samples: Map<string, Kept[]> = new Map();
  /** By the first packet of each stretch of time, nanoseconds since 1970. */
  private readonly counters: Map<bigint, SocketSeriesCounter> = new Map();

  constructor(most: number = DRAWN) {
    this.most = most;
    this.worst = new WorstConnections(most);
  }

  /** `EngineOptions.onJudged`. */
  take(reported: ReportedConnection, judged: () => Connection, epoch: bigint): void {
    const connection = judged();
    let counter = this.counters.get(epoch);
    if (counter === undefined) {
      counter = new SocketSeriesCounter();
      this.counters.set(epoch, counter);
    }
    counter.add(connection);
    const sample = this.sampleOf(reported);
    const isSampled = sample.length < this.most;
    if (!isSampled && !this.worst.wants(reported)) return;
    const { id, verdict, findings } = reported;
    const kept = { id, verdict, findings, drawing: pictureOf(connection, reported, epoch, MOST_RUNGS) };
    if (isSampled) sample.push(kept);
    this.worst.add(kept);
  }

  data(report: Report): Omit<PageData, 'ports'> {
    const drawings = this.drawings();
    const connections = drawings.map(({ connection }) => connection).sort((a, b) => a.id - b.id);
    return { report: { ...report, connections }, drawings, series: this.series(report) };
  }

  /** The worst first; a part of the room is for a sample of each kind. */
  private drawings(): Drawing[] {
    const chosen = new Map<number, Kept>();
    const each = Math.max(1, Math.floor((this.most * SAMPLED) / Math.max(1, this.samples.size)));
    const add = (kept: readonly Kept[]): void => {
      for (const one of kept) if (chosen.size < this.most) chosen.set(one.id, one);
    };
    for (const sample of this.samples.values()) add(sample.slice(0, each));
    add(this.worst.all());
    for (const sample of this.samples.values()) add(sample);
    return worstFirst([...chosen.values()]).map(({ drawing }) => drawing);
  }

  private series({ captures }: Report): SocketSeries[] {
    return [...this.counters].map(([epoch, counter]) => counter.series(epoch, lengthFrom(epoch, captures)));
  }

  private sampleOf({ close: { kind }, verdict }: ReportedConnection): Kept[] {
    const key = verdict === 'conformant' ? kind : `${kind} ${verdict}`;
    const known = this.samples.get(key);
    if (known) return known;
    const sample: Kept[] = [];
    this.samples.set(key, sample);
    return sample;
  }
}

/** Nanoseconds from the first packet of a stretch of time to its last one, which may be in a later file of the rotation. */
function lengthFrom(epoch: bigint, captures: Report['captures']): number {
  const first = captures.findIndex(({ start }) => start !== null && nanoseconds(start) === epoch);
  const next = captures.findIndex(({ firstFrame }, index) => index > first && firstFrame === 1);
  const last = captures.slice(0, next < 0 ? undefined : next).findLast(({ end }) => end !== null);
  return last?.end ? Math.max(0, Number(nanoseconds(last.end) - epoch)) : 0;
}

function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}
