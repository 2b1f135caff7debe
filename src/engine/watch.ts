import type { Segment } from '../decode/segment.ts';
import type { State } from '../machine/state.ts';
import type { ChoosesConnection } from '../policy/chosen.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { ReportedCapture, Summary } from '../report/report.ts';
import { SummaryCounter } from '../report/summary/summary.ts';
import { tallyConnection } from '../report/summary/tally.ts';
import { formatTimestamp, toSeconds } from '../report/timestamp.ts';
import type { WatchedFinding, WatchMoment } from '../report/watch/watch-report.ts';
import type { Finding } from '../rules/finding.ts';
import type { Connection } from '../rules/rule.ts';
import { type CaptureInput, DEFAULT_MEMORY, type RunOptions, readInto } from './run-capture.ts';
import { SocketCounts, type Watched } from './socket-counts.ts';
import { type Place, Timeline } from './timeline.ts';

export interface WatchOptions extends RunOptions {
  /** Seconds of silence after which a connection is over. */
  readonly idle: number;
  /** Seconds between moments that are handed out while packets come, by their clock; none unless said. */
  readonly every?: number;
  /** Of which connections; of all unless said. */
  readonly chooses?: ChoosesConnection;
  readonly onFinding?: (found: WatchedFinding) => void;
  readonly onMoment?: (moment: WatchMoment) => void;
}

/** Seconds of silence after which an opening that nobody completes is over (RFC 5382 5). */
const OPENING = 240;
/** Seconds between looks for what has fallen silent. */
const LOOKS = 60;

const OPENING_STATES: ReadonlySet<State> = new Set(['SYN_SENT', 'SYN_RCVD']);

/**
 * Watches one capture while it is made: what is open at any moment, and what was found as soon as a connection is over. Memory
 * follows what is open: silence ends a connection, by the clock of the source.
 */
export class Watch extends Timeline {
  private readonly options: WatchOptions;
  private readonly summary: SummaryCounter;
  private readonly tiers = { violation: 0, suspect: 0, inconclusive: 0, note: 0 };
  private readonly taken: { segments: number; opened: number };
  private ended = 0;
  private silent = 0;
  /** Nanoseconds since the first packet. */
  private latest = 0;
  private nextMoment: number;
  private nextLook: number = LOOKS * 1e9;
  private isSweeping = false;
  private atEnd: WatchMoment | null = null;

  constructor(options: WatchOptions) {
    const taken = { segments: 0, opened: 0 };
    super(
      { maxMemory: DEFAULT_MEMORY, ...options },
      0,
      { connection: (connection, findings, place) => this.finished(connection, findings, place) },
      {
        onCreate: () => {
          taken.opened += 1;
        },
      },
    );
    this.taken = taken;
    this.options = options;
    this.summary = new SummaryCounter(options.profile.msl, options.ports);
    this.nextMoment = options.every === undefined ? Infinity : options.every * 1e9;
  }

  /** Reads the capture to its end, tells the last moment, and judges what is open then. */
  async read(input: CaptureInput): Promise<ReportedCapture> {
    const capture = await readInto(this, input, 0, false, this.options);
    this.atEnd = this.look();
    if (this.taken.segments > 0) this.options.onMoment?.(this.atEnd);
    this.end();
    return capture;
  }

  override segment(segment: Segment): void {
    // A capture by itself: its times count from its first packet.
    const { time } = segment;
    if (time >= this.nextMoment) this.tellMoment(time);
    super.segment(segment);
    this.taken.segments += 1;
    if (time <= this.latest) return;
    this.latest = time;
    if (time >= this.nextLook) this.endWhatIsSilent();
  }

  /** What there is now: at the newest packet, or a little later. Once all was read it is the end, with what was found by then. */
  look(time: number = this.latest): WatchMoment {
    if (this.atEnd !== null) return { ...this.atEnd, findings: { ...this.tiers } };
    const moment: Watched = { asked: 'now', time };
    const counts = new SocketCounts({ moments: [moment], every: null, list: false });
    let open = 0;
    for (const { connection, place } of this.live(time)) {
      if (!this.isChosen(connection, [], place)) continue;
      open += 1;
      counts.add(connection);
    }
    return {
      time: formatTimestamp(this.began, time),
      elapsed: toSeconds(time),
      segments: this.taken.segments,
      opened: this.taken.opened,
      ended: this.ended,
      silent: this.silent,
      open,
      findings: { ...this.tiers },
      sockets: counts.moment(moment, this.began, time).counts,
    };
  }

  /** What was found so far, by kind. */
  kinds(): Pick<Summary, 'groups' | 'otherGroups'> {
    return this.summary.kinds();
  }

  /** Of all connections that are over. */
  summarize(): Summary {
    return this.summary.summary();
  }

  private finished(connection: Connection, findings: readonly Finding[], place: Place): void {
    if (!this.isChosen(connection, findings, place)) return;
    this.ended += 1;
    if (this.isSweeping) this.silent += 1;
    this.summary.count(tallyConnection(connection, findings, place.epoch));
    const { id, client, server, ended } = connection.flow;
    for (const finding of findings) {
      this.tiers[finding.tier] += 1;
      const time = formatTimestamp(place.epoch, ended);
      this.options.onFinding?.({ time, connection: id, client, server, finding });
    }
  }

  private isChosen(connection: Connection, findings: readonly Finding[], { epoch }: Place): boolean {
    const { chooses } = this.options;
    return !chooses || chooses(buildConnection(connection, findings, 0, epoch), epoch);
  }

  /** The newest step that has passed: after a silence there is one moment, and not one for each step. */
  private tellMoment(time: number): void {
    const step = (this.options.every ?? 0) * 1e9;
    const passed = Math.floor(time / step) * step;
    this.nextMoment = passed + step;
    this.options.onMoment?.(this.look(passed));
  }

  private endWhatIsSilent(): void {
    const { latest } = this;
    this.nextLook = latest + LOOKS * 1e9;
    const idle = this.options.idle * 1e9;
    this.isSweeping = true;
    this.endSilent(latest - Math.min(idle, OPENING * 1e9), ({ flow, replay: { final } }) => {
      const isOpening = OPENING_STATES.has(final.client) || OPENING_STATES.has(final.server);
      return isOpening || latest - flow.ended > idle;
    });
    this.isSweeping = false;
  }
}
