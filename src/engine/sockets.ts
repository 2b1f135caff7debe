import type { Segment } from '../decode/segment.ts';
import type { ChoosesConnection } from '../policy/chosen.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { ReportedCapture } from '../report/report.ts';
import type { SocketPeriod, SocketReport } from '../report/sockets/socket-report.ts';
import { socketSentences } from '../report/summary/socket-words.ts';
import { SummaryCounter } from '../report/summary/summary.ts';
import { tallyConnection } from '../report/summary/tally.ts';
import type { Finding } from '../rules/finding.ts';
import type { CaptureInput, RunOptions } from './run-capture.ts';
import { DEFAULT_MEMORY } from './run-capture.ts';
import { runCaptures } from './run-captures.ts';
import { SocketCounts, type Watched } from './socket-counts.ts';
import { StackLooks } from './stack-looks.ts';
import { Timeline } from './timeline.ts';

/** A moment to look at, with the words in which it was asked for. */
export type AskedMoment = { readonly asked: string } & (
  | { readonly kind: 'offset' /** Since the first packet. */; readonly nanoseconds: number }
  | { readonly kind: 'frame'; readonly frame: number }
  | {
      readonly kind: 'clock';
      /** Nanoseconds since 1970, where the first packet is from `start`, which counts as that. */
      readonly since1970: (start: bigint) => bigint;
    }
);

export interface SocketOptions extends RunOptions {
  readonly toolVersion: string;
  /** Besides the end. */
  readonly at?: readonly AskedMoment[];
  /** Seconds; none unless said. */
  readonly every?: number;
  /** Keep the sockets of the moments themselves, not only their number. */
  readonly list?: boolean;
  /** Of which connections; of all unless said. */
  readonly chooses?: ChoosesConnection;
}

/**
 * Counts the sockets of both sides by state: at the moments that are asked for, at most, at the end, and in steps. Memory
 * follows what is open, and what is asked for.
 */
export async function sockets(
  inputs: readonly CaptureInput[],
  options: SocketOptions,
): Promise<SocketReport> {
  const periods: Period[] = [new Period(options)];
  const timeline = new WatchedTimeline(
    { maxMemory: DEFAULT_MEMORY, ...options },
    {
      connection: (connection, findings, epoch) => {
        const reported = options.chooses && buildConnection(connection, findings, 0, epoch);
        if (reported && options.chooses?.(reported, epoch) === false) return;
        periods.at(-1)?.add(connection, findings, epoch);
      },
      segment: (frame, time) => periods.at(-1)?.segment(frame, time),
      over: () => periods.push(new Period(options)),
    },
  );
  const captures = await runCaptures(timeline, inputs, options);
  const starts = captures.flatMap(({ firstFrame }, index) => (firstFrame === 1 ? [index] : []));
  const { profile, toolVersion } = options;
  return {
    schema: 'lastack/sockets/1',
    tool: { name: 'lastack', version: toolVersion },
    profile: { name: profile.name, msl: profile.msl },
    captures,
    periods: starts.map((from, index) => {
      const own = captures.map((_, n) => n).slice(from, starts[index + 1] ?? captures.length);
      return (periods[index] ?? new Period(options)).report(own, captures);
    }),
  };
}

type Connection = Parameters<SocketCounts['add']>[0];

interface Watcher {
  connection(connection: Connection, findings: readonly Finding[], epoch: bigint): void;
  segment(frame: number, time: number): void;
  /** A stretch of time has ended, and all its connections were handed out. */
  over(): void;
}

class WatchedTimeline extends Timeline {
  private readonly watcher: Watcher;

  constructor(options: ConstructorParameters<typeof Timeline>[0], watcher: Watcher) {
    super(options, 0, {
      connection: (connection, findings, { epoch }) => watcher.connection(connection, findings, epoch),
    });
    this.watcher = watcher;
  }

  override segment(segment: Segment): void {
    super.segment(segment);
    this.watcher.segment(segment.frame, segment.time);
  }

  override end(): number {
    const next = super.end();
    this.watcher.over();
    return next;
  }
}

/** One stretch of time while it is read. */
class Period {
  private readonly counts: SocketCounts;
  private readonly moments: { readonly asked: AskedMoment; readonly watched: Watched }[];
  private readonly looks = new StackLooks();
  private readonly summary: SummaryCounter;
  private readonly end: Watched = { asked: 'end', time: Infinity };
  private readonly options: SocketOptions;
  private epoch: bigint | null = null;
  /** Moments whose frame is still to come. */
  private awaited: { readonly frame: number; readonly watched: Watched }[];
  private latest = 0;

  constructor(options: SocketOptions) {
    this.options = options;
    this.summary = new SummaryCounter(options.profile.msl, options.ports);
    this.moments = (options.at ?? []).map((asked) => ({
      asked,
      watched: { asked: asked.asked, time: asked.kind === 'offset' ? asked.nanoseconds : Infinity },
    }));
    this.awaited = this.moments.flatMap(({ asked, watched }) =>
      asked.kind === 'frame' ? [{ frame: asked.frame, watched }] : [],
    );
    this.counts = new SocketCounts({
      moments: [...this.moments.map(({ watched }) => watched), this.end],
      every: options.every === undefined ? null : options.every * 1e9,
      list: options.list === true,
    });
  }

  add(connection: Connection, findings: readonly Finding[], epoch: bigint): void {
    if (this.epoch === null) this.begin(epoch);
    this.counts.add(connection);
    this.looks.add(connection);
    this.summary.count(tallyConnection(connection, findings, epoch));
  }

  /** The moment of a frame that holds no TCP is that of the segment before it. */
  segment(frame: number, time: number): void {
    for (const { frame: wanted, watched } of this.awaited) {
      if (frame > wanted) watched.time = this.latest;
    }
    if (this.awaited.length > 0) this.awaited = this.awaited.filter(({ frame: wanted }) => frame <= wanted);
    this.latest = Math.max(this.latest, time);
  }

  report(own: readonly number[], captures: readonly ReportedCapture[]): SocketPeriod {
    const read = own.flatMap((index) => captures[index] ?? []);
    const start = read.find((capture) => capture.start !== null)?.start ?? null;
    const last = read.findLast((capture) => capture.end !== null)?.end ?? null;
    const { counts, options } = this;
    const epoch = this.epoch ?? 0n;
    const end = last === null ? 0 : Math.max(this.latest, Number(nanoseconds(last) - epoch));
    const frames = read.reduce((sum, { records }) => sum + records, 0);
    for (const { frame, watched } of this.awaited) watched.time = frame <= frames ? this.latest : Infinity;
    const inside = this.moments.filter(({ watched: { time } }) => time >= 0 && time <= end);
    const all = this.epoch === null ? [] : [...inside.map(({ watched }) => watched), this.end];
    return {
      captures: own,
      start,
      end: last,
      connections: counts.connections,
      most: counts.most(epoch),
      at: all.map((watched) => counts.moment(watched, epoch, end)),
      every:
        options.every === undefined
          ? null
          : { seconds: options.every, moments: [...counts.steps(epoch, end)] },
      because: socketSentences(this.summary.summary(), { twoMsl: 2 * options.profile.msl, captures: read }),
      looks: this.looks.all(),
    };
  }

  private begin(epoch: bigint): void {
    this.epoch = epoch;
    for (const { asked, watched } of this.moments) {
      if (asked.kind === 'clock') watched.time = Number(asked.since1970(epoch) - epoch);
    }
  }
}

function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}
