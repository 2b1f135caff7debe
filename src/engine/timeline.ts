import type { Clock } from '../capture/read-capture.ts';
import type { CaptureInfo, RecordBatch } from '../capture/record.ts';
import { PLAIN_TIME } from '../capture/time-bounds.ts';
import type { IcmpError } from '../decode/network/icmp-error.ts';
import { Reassembly, type WaitingDatagram } from '../decode/network/reassembly.ts';
import type { Segment } from '../decode/segment.ts';
import type { SegmentSink } from '../decode/segment-sink.ts';
import { type Context, Contexts } from '../decode/tunnel/contexts.ts';
import type { CompactSegments } from '../fast/compact-segments.ts';
import { FastTable } from '../fast/fast-table.ts';
import type { PreparedPackets } from '../fast/prepared-packets.ts';
import type { RegularClose } from '../fast/regular-close.ts';
import { ConnectionTable, type ConnectionTableOptions } from '../flow/connection-table.ts';
import type { Flow } from '../flow/flow.ts';
import type { Unkept } from '../flow/memory-bound.ts';
import type { FinalOrder } from '../flow/partition.ts';
import { END_OF_CAPTURE, SETTLE } from '../flow/phases.ts';
import type { TableState } from '../flow/table-state.ts';
import { viaOf } from '../flow/via.ts';
import type { Profile } from '../machine/profile.ts';
import type { Replay } from '../machine/replay.ts';
import { PolicyJudge } from '../policy/judge.ts';
import type { Policy } from '../policy/policy.ts';
import type { Finding } from '../rules/finding.ts';
import type { Connection } from '../rules/rule.ts';
import { runRules } from '../rules/run-rules.ts';
import { Judge } from './judge.ts';

/** Where a connection stands in the run. */
export interface Place {
  /** What the connection's times count from, nanoseconds since 1970. */
  readonly epoch: bigint;
  /** Index of the capture that holds its first frame. */
  readonly capture: number;
}

/** Takes the connections as they become final. */
export interface ConnectionSink {
  connection(connection: Connection, findings: readonly Finding[], place: Place): void;
  /**
   * Receives connections that ended regularly. The object is reused. Returns false if the connection has to be
   * judged as all others are; {@link mayLeave} must then be true.
   */
  regular?(close: RegularClose, epoch: bigint): boolean;
  readonly mayLeave?: boolean;
  /** Receives most regular endings in batches (`FastTableOptions.onEndings`). */
  endings?(endings: Float64Array, epoch: bigint): void;
  /**
   * Receives regular endings with their segments, if there are few enough; used in place of {@link regular}.
   * Both objects are reused. `connection` judges the connection on the plain path; call it at once or never.
   * Returns false if the connection has to be judged as all others are.
   */
  listed?(
    close: RegularClose,
    segments: CompactSegments,
    place: Place,
    connection: () => Connection,
  ): boolean;
}

/** A stretch of time that is not over, as plain data. */
export interface TimelineState {
  /** Nanoseconds since 1970, in decimal. */
  readonly epoch: string;
  readonly last: number | null;
  readonly records: number;
  readonly captures: readonly { readonly index: number; readonly firstFrame: number }[];
  readonly table: TableState;
  readonly awaited: readonly Connection[];
  /** The tunnels, by number; a state of an earlier version has none. */
  readonly contexts?: readonly Context[];
  /** Fragments that wait for others. */
  readonly fragments?: readonly WaitingDatagram[];
}

/** The longest that a rotation leaves between the last packet of one file and the first of the next, nanoseconds. */
const LONGEST_PAUSE = 5_000_000_000n;

/**
 * One or more captures as one stretch of time: rotated files are read as if they had never been cut. Frames count on
 * from file to file, as in the merged capture.
 */
export class Timeline implements SegmentSink {
  /** The tunnels that segments travel in. */
  readonly contexts: Contexts = new Contexts();
  /** The fragments that wait for others. */
  readonly reassembly: Reassembly = new Reassembly();
  private readonly profile: Profile;
  private readonly linger: number;
  private readonly sink: ConnectionSink;
  private readonly maxMemory: number;
  private readonly part: Pick<ConnectionTableOptions, 'partition' | 'onCreate'>;
  private readonly policy: PolicyJudge | null;
  /** Segments of the run before the first of the table. */
  private firstTick = 0;
  private table: ConnectionTable;
  /** The same, where it keeps connections by the book apart. */
  private fast: FastTable | null = null;
  private judge: Judge;
  private epoch = 0n;
  /** Latest time so far, nanoseconds since the epoch; null before the first capture has ended. */
  private last: number | null = null;
  private captures: { index: number; firstFrame: number }[] = [];
  private records = 0;
  private nextId: number;

  private clock: Clock = { epoch: 0n, exact: 0n, exactEnd: 0n };
  private index = 0;
  private begun = false;
  private joins = false;
  private resumed = false;
  /** What a segment's time is more than its record's: seldom more than is exact. */
  private shift = 0;
  private segments = 0;
  private lastFrame = 0;
  private prepared: PreparedPackets | null = null;

  constructor(
    {
      profile,
      linger,
      policy,
      maxMemory = Infinity,
    }: {
      readonly profile: Profile;
      readonly linger: number;
      readonly policy?: Policy;
      readonly maxMemory?: number;
    },
    firstId: number,
    sink: ConnectionSink,
    part: Pick<ConnectionTableOptions, 'partition' | 'onCreate'> = {},
  ) {
    this.part = part;
    this.maxMemory = maxMemory / (part.partition?.of ?? 1);
    this.profile = profile;
    this.linger = linger;
    this.sink = sink;
    this.policy = policy === undefined ? null : new PolicyJudge(policy);
    this.nextId = firstId;
    this.judge = new Judge(profile, linger);
    this.table = this.newTable();
  }

  /** What times count from, nanoseconds since 1970. */
  get began(): bigint {
    return this.epoch;
  }

  /** When what is handed out became final. */
  get moment(): FinalOrder {
    return this.table.moment;
  }

  /** Nothing that follows becomes final before this. */
  get until(): Pick<FinalOrder, 'tick' | 'phase'> {
    const { tick } = this.moment;
    // What a table has at its end comes with its last segment; of one without any there is nothing.
    return { tick, phase: tick === this.firstTick ? END_OF_CAPTURE + 1 : SETTLE };
  }

  /** Begins a capture; `mayJoin` when its name says that it goes on where the one before it ended. */
  begin(index: number, mayJoin: boolean, clock: Clock): void {
    this.index = index;
    this.clock = clock;
    this.joins = mayJoin;
    this.begun = false;
    this.segments = 0;
    this.lastFrame = 0;
    this.reassembly.begin(clock, mayJoin || this.resumed);
  }

  segment(segment: Segment): void {
    if (!this.begun) this.place();
    this.segments += 1;
    this.lastFrame = segment.frame;
    segment.frame += this.records;
    segment.time = this.timeOf(segment.time);
    this.table.segment(segment);
  }

  unreachable(error: IcmpError): void {
    if (!this.begun) this.place();
    error.frame += this.records;
    error.time = this.timeOf(error.time);
    this.table.unreachable(error);
  }

  get block(): Uint8Array | null {
    return this.fast?.block ?? null;
  }

  /** Says which packets of the block that is read next were read by another thread. */
  prepare(prepared: PreparedPackets): void {
    this.prepared = prepared;
  }

  packets(run: RecordBatch): void {
    if (!this.begun || Math.abs(this.shift) > PLAIN_TIME) return;
    const { frame } = run;
    this.fast?.walk(run, this.shift, this.records, this.prepared);
    if (run.frame === frame) return;
    this.segments += run.frame - frame;
    this.lastFrame = run.frame;
  }

  /** Every connection that is live, as it stands at a time, nanoseconds; nothing ends by that. */
  *live(time: number): Generator<{ readonly connection: Connection; readonly place: Place }> {
    for (const flow of this.table.live(time)) {
      yield { connection: this.judge.soFar(flow), place: this.placeOf(flow.frames.first) };
    }
  }

  /** Hands out those connections that have been silent since a time, nanoseconds, of which `isOver` says that they are over. */
  protected endSilent(since: number, isOver: (connection: Connection) => boolean): void {
    this.table.endSilent(since, (flow) => isOver(this.judge.soFar(flow)));
  }

  /** Ends the capture. Returns its TCP segments and the number of its first frame. */
  finish(info: Pick<CaptureInfo, 'records' | 'end'>): {
    segments: number;
    firstFrame: number;
    unkept: Unkept | null;
  } {
    if (!this.begun) this.place();
    const firstFrame = this.records + 1;
    // pcapng gives numbers to some blocks that hold no packet.
    this.records += Math.max(info.records, this.lastFrame);
    this.last = Math.max(this.last ?? 0, this.timeOf(info.end, this.clock.exactEnd));
    return { segments: this.segments, firstFrame, unkept: this.table.bound.take() };
  }

  /** Hands out every connection that is left. Returns the next free id. */
  end(): number {
    this.nextId = this.table.end(this.last ?? 0);
    return this.nextId;
  }

  /** The open connections and everything needed to resume, as plain data. Hands out no connection. */
  save(): TimelineState {
    const { epoch, last, records, captures, table, judge, contexts, reassembly } = this;
    return {
      epoch: String(epoch),
      last,
      records,
      captures,
      table: table.save(),
      awaited: judge.save(),
      contexts: contexts.save(),
      fragments: reassembly.save(),
    };
  }

  /** Goes on where another timeline was saved; the next capture belongs to it, however it is named. */
  load({
    epoch,
    last,
    records,
    captures,
    table,
    awaited,
    contexts = [],
    fragments = [],
  }: TimelineState): void {
    this.epoch = BigInt(epoch);
    this.last = last;
    this.records = records;
    this.captures = [...captures];
    this.table.load(table);
    this.judge.load(awaited);
    this.contexts.load(contexts);
    this.reassembly.load(fragments);
    this.resumed = true;
  }

  /**
   * Nanoseconds since the epoch of the record at hand, whose time this is. Rounded once at most, wherever files are cut, so that
   * a resumed run has the times of the whole.
   */
  private timeOf(time: number, exactly: bigint = this.clock.exact): number {
    const { shift } = this;
    if (Math.abs(shift) <= PLAIN_TIME && Math.abs(time) <= PLAIN_TIME) return time + shift;
    const exact = Math.abs(time) > PLAIN_TIME ? exactly : this.clock.epoch + BigInt(time);
    return Number(exact - this.epoch);
  }

  /** Now that the capture's first time is known: it goes on where the last one ended, or it stands by itself. */
  private place(): void {
    this.begun = true;
    const pause = this.clock.epoch - this.epoch - BigInt(Math.round(this.last ?? 0));
    const follows = this.last !== null && pause >= 0n && pause <= LONGEST_PAUSE;
    if (this.resumed || (this.joins && follows)) {
      this.resumed = false;
      this.shift = Number(this.clock.epoch - this.epoch);
    } else {
      if (this.last !== null) this.restart();
      this.epoch = this.clock.epoch;
      this.shift = 0;
      this.records = 0;
    }
    this.captures.push({ index: this.index, firstFrame: this.records + 1 });
  }

  private restart(): void {
    this.end();
    this.captures = [];
    this.last = null;
    this.judge = new Judge(this.profile, this.linger);
    this.firstTick = this.table.moment.tick;
    this.table = this.newTable();
  }

  private newTable(): ConnectionTable {
    const { sink } = this;
    const options: ConnectionTableOptions = {
      ...this.part,
      profile: this.profile,
      firstId: this.nextId,
      maxMemory: this.maxMemory,
      onFlow: (flow, replayed) => this.take(flow, replayed),
    };
    this.fast = null;
    if (!sink.regular && !sink.listed) return new ConnectionTable(options, this.firstTick);
    this.fast = new FastTable(
      {
        ...options,
        onRegular: sink.regular && ((close) => sink.regular?.(close, this.epoch) === true),
        mayLeave: sink.mayLeave,
        onEndings: sink.endings && ((endings) => sink.endings?.(endings, this.epoch)),
        onListed:
          sink.listed &&
          ((close, segments, flow) => {
            const place = this.placeOf(segments.frames[0] ?? 0);
            return sink.listed?.(close, segments, place, () => this.judge.connection(flow())) === true;
          }),
      },
      this.firstTick,
    );
    return this.fast;
  }

  private take(taken: Flow, replayed?: Replay): void {
    const flow = taken.context === 0 ? taken : { ...taken, via: viaOf(this.contexts, taken.context) };
    const connection = this.judge.connection(flow, replayed);
    const found = runRules(connection);
    this.sink.connection(
      connection,
      this.policy?.findings(connection, found) ?? found,
      this.placeOf(flow.frames.first),
    );
  }

  private placeOf(frame: number): Place {
    const capture = this.captures.findLast(({ firstFrame }) => firstFrame <= frame);
    return { epoch: this.epoch, capture: capture?.index ?? this.index };
  }
}
