import type { IcmpError } from '../decode/network/icmp-error.ts';
import type { Segment } from '../decode/segment.ts';
import type { SegmentSink } from '../decode/segment-sink.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import type { Replay } from '../machine/replay.ts';
import { ClosingQueue } from './closing-queue.ts';
import type { Flow } from './flow.ts';
import { Incarnations } from './incarnations.ts';
import { LiveRows } from './live-rows.ts';
import { MemoryBound } from './memory-bound.ts';
import { type FinalOrder, type Partition, wholePartition } from './partition.ts';
import { END_OF_CAPTURE, SEGMENT, SETTLE, SWEEP } from './phases.ts';
import { END, ID, QUEUED, TENTATIVE } from './row.ts';
import { ELSEWHERE, type RowIndex } from './row-index.ts';
import { SegmentIntake } from './segment-intake.ts';
import { type OptionNumbers, OptionReader } from './segment-options.ts';
import { loadRows, saveRows, type TableState } from './table-state.ts';

/** What a connection table goes by, and whom it tells. */
export interface ConnectionTableOptions {
  profile: Profile;
  /** Number of the first connection. */
  firstId: number;
  /**
   * Takes each connection as it becomes final; an incarnation before the next one of its 4-tuple. `replayed`: what the
   * model made of it, where it was asked already.
   */
  onFlow: (flow: Flow, replayed?: Replay) => void;
  /** Bytes that live connections may take; no bound unless told otherwise. */
  maxMemory?: number | undefined;
  /** The partition of all connections that it keeps; all of them unless told otherwise. */
  partition?: Partition | undefined;
  /** Told when a connection gets its number. */
  onCreate?: ((tick: number) => void) | undefined;
}

/**
 * All live connections of a capture, by 4-tuple and incarnation. Takes every segment, keeps the marks of both
 * directions and the segments of the opening and of the closing, and hands out each connection when it is final: its
 * 4-tuple was opened anew, 2MSL of silence after both sides closed, or the capture ends.
 *
 * What is protected is for the table of `fast/`, which keeps connections by the book elsewhere: their entries in the index are
 * negative, and do not occur here.
 */
export class ConnectionTable implements SegmentSink {
  /** When what is handed out became final. */
  readonly moment: FinalOrder = { tick: 0, phase: SEGMENT, root: 0 };
  /** Time of the segment at hand, nanoseconds. */
  now = 0;
  protected readonly index: RowIndex;
  /** What there is no room for is counted there. */
  readonly bound: MemoryBound;
  protected readonly incarnations: Incarnations;
  protected readonly queue: ClosingQueue = new ClosingQueue();
  protected readonly onFlow: ConnectionTableOptions['onFlow'];
  /** Nanoseconds behind its last segment after which what is over is handed out. */
  protected readonly silence: number;
  protected nextId: number;
  /** Latest time of any segment. */
  protected latest = 0;
  private readonly rows: LiveRows;
  private readonly intake: SegmentIntake;
  private readonly options = new OptionReader();
  private readonly onCreate: ConnectionTableOptions['onCreate'];

  /** @param firstTick segments of the run before its first */
  constructor(
    {
      profile,
      firstId,
      onFlow,
      onCreate,
      partition = wholePartition(),
      maxMemory = Infinity,
    }: ConnectionTableOptions,
    firstTick = 0,
    rows: LiveRows = new LiveRows(partition),
  ) {
    this.rows = rows;
    this.bound = new MemoryBound(maxMemory);
    this.index = rows.index;
    this.intake = new SegmentIntake(rows.log, rows.watch);
    this.incarnations = new Incarnations(this, rows, this.intake, profile);
    this.moment.tick = firstTick;
    this.onCreate = onCreate;
    this.onFlow = onFlow;
    this.nextId = firstId;
    this.silence = twoMslOf(profile);
  }

  segment(segment: Segment): void {
    this.moment.tick++;
    if (this.bound.passes(this.rows)) {
      this.bound.leave(segment.frame);
      return;
    }
    this.now = segment.time;
    if (this.queue.isTime(segment.time)) this.sweep();
    const isLate = segment.time < this.latest;
    if (!isLate) this.latest = segment.time;
    const entry = this.index.find(segment);
    if (entry === ELSEWHERE) return;
    const { direction } = this.index;
    const options = this.options.read(segment);
    // The time of a connection stands still while the clock of the capture goes back.
    if (isLate && entry !== 0) segment.time = Math.max(segment.time, this.lastTime(entry));
    this.place(entry, direction, segment, options);
  }

  /** Takes an ICMP error about a segment: it is no segment itself, and counts where it quotes one that was sent. */
  unreachable(error: IcmpError): void {
    const entry = this.index.find(error.quoted);
    if (entry === 0 || entry === ELSEWHERE) return;
    const { direction } = this.index;
    this.rows.noteError(this.fullRow(entry), direction, error);
  }

  /**
   * Ends the capture: hands out every connection that is left, by id. Returns the next free id. That is the end of the table.
   *
   * @param time of the capture's last record of any kind, nanoseconds since its first: silence counts up to there
   */
  end(time: number): number {
    if (time > this.now) this.now = time;
    this.moment.phase = SETTLE;
    let entries = this.rows.byId();
    if (this.settleUnanswered(entries)) entries = this.rows.byId();
    this.moment.phase = END_OF_CAPTURE;
    for (let at = 0; at < entries.length; at += 2) {
      this.lookAhead(entries, at);
      this.moment.root = entries[at + 1] ?? 0;
      this.finishEntry(entries[at] ?? 0, at);
    }
    return this.nextId;
  }

  /**
   * Every connection that is live, as it stands at a time, nanoseconds; earlier incarnations of a 4-tuple that are still addressable
   * come before the newest. Nothing ends by that.
   */
  *live(time: number): Generator<Flow> {
    const now = Math.max(time, this.now);
    for (const entry of entriesOf(this.rows.byId())) {
      const newest = this.fullRow(entry);
      for (const row of this.rows.withPrevious(newest)) yield this.rows.read(row, now, row !== newest);
    }
  }

  /** Hands out those connections that have been silent since a time, nanoseconds, of which `isOver` says that they are over. */
  endSilent(since: number, isOver: (flow: Flow) => boolean): void {
    for (const entry of entriesOf(this.rows.byId())) {
      if (this.lastTime(entry) >= since) continue;
      const row = this.fullRow(entry);
      if (!isOver(this.rows.read(row, this.now))) continue;
      const settled = this.rows.bits(row) & TENTATIVE ? this.incarnations.settleUnanswered(row) : row;
      this.index.remove(settled + 1);
      this.finish(settled, false);
    }
  }

  /** All that is live, as plain data; the table goes on. */
  save(): TableState {
    const entries = entriesOf(this.rows.byId());
    const rows = [...entries].flatMap((entry) => this.rows.withPrevious(entry - 1));
    const unreachable = this.rows.errors.save();
    const { nextId, now, latest } = this;
    const waiting = this.queue.waiting();
    const due = rows.map((row) => {
      const queued = waiting.get(row + 1);
      const isWaiting = (this.rows.bits(row) & QUEUED) !== 0 && queued?.id === this.rows.word(row, ID);
      return isWaiting ? queued.slot : null;
    });
    const nextLook = this.queue.nextTime;
    return { nextId, now, latest, nextLook, due, unreachable, ...saveRows(rows, this.rows) };
  }

  /** Takes over what another table saved; it must be empty. */
  load(state: TableState): void {
    this.nextId = state.nextId;
    this.now = state.now;
    this.latest = state.latest ?? 0;
    this.queue.begin(state.now, state.nextLook);
    this.rows.errors.load(state.unreachable ?? []);
    loadRows(state, this.rows).forEach(({ row, last }, place) => {
      this.latest = Math.max(this.latest, last);
      if ((this.rows.bits(row) & QUEUED) === 0) return;
      const slot = state.due?.[place] ?? null;
      const id = this.rows.word(row, ID);
      if (slot === null) this.queue.add(row + 1, id, last + this.silence);
      else this.queue.addAt(slot, row + 1, id);
    });
  }

  newId(): number {
    this.onCreate?.(this.moment.tick);
    return this.nextId++;
  }

  /** Hands out a row, the incarnation before it first, and releases its memory. */
  finish(row: number, followed: boolean): void {
    this.incarnations.finishPrevious(row);
    const flow = this.rows.read(row, this.now, followed);
    this.rows.forget(row);
    this.onFlow(flow);
  }

  /** Gives a segment to the connection that its 4-tuple leads to; 0: to a new one. */
  protected place(entry: number, direction: number, segment: Segment, options: OptionNumbers): void {
    let row: number;
    if (entry === 0) {
      if (this.bound.isFull(this.rows)) {
        this.bound.leave(segment.frame);
        return;
      }
      row = this.incarnations.create(segment, direction, -1);
      this.index.add(row);
    } else {
      row = this.incarnations.of(this.fullRow(entry), direction, segment, options);
      if (row < 0) return;
    }
    if (this.take(row, direction, segment, options)) this.enqueue(row, segment.time);
  }

  /** Takes a segment into a row. True when it may have ended the connection. */
  protected take(row: number, direction: number, segment: Segment, options: OptionNumbers): boolean {
    const { full } = this.rows;
    return this.intake.take(
      full.page(row),
      full.doublePage(row),
      full.base(row),
      direction,
      segment,
      options,
    );
  }

  /** The row of an entry. */
  protected fullRow(entry: number): number {
    return entry - 1;
  }

  /** Of a connection's last segment. */
  protected lastTime(entry: number): number {
    const { full } = this.rows;
    return full.doublePage(entry - 1)[(full.base(entry - 1) + END) >> 1] ?? 0;
  }

  /** Is told which entries, with their numbers in turn, come next: at the place `at` and behind it. */
  protected lookAhead(_entries: Int32Array, _at: number): void {}

  /**
   * Hands out a connection that is still open. The entry stands at the place `at` of the entries that were
   * looked at.
   */
  protected finishEntry(entry: number, _at: number): void {
    this.finish(entry - 1, false);
  }

  /** Hands out a row where its connection is over, which it tells. */
  protected finishOver(row: number): boolean {
    const over = this.incarnations.readOver(row);
    if (over === null) return false;
    this.index.remove(row + 1);
    this.incarnations.finishPrevious(row);
    this.rows.forget(row);
    this.onFlow(over.flow, over.replayed);
    return true;
  }

  /** Hands out an entry that was closed on both sides and silent for 2MSL; `at`: as in {@link finishEntry}. */
  protected sweepEntry(entry: number, _at: number): void {
    const row = entry - 1;
    const id = this.moment.root;
    const bits = this.rows.bits(row);
    if (this.rows.word(row, ID) !== id || (bits & QUEUED) === 0) return;
    const last = this.lastTime(entry);
    if (this.now - last <= this.silence) {
      this.queue.add(entry, id, last + this.silence);
    } else if (!this.index.has(entry) || (bits & TENTATIVE) !== 0 || !this.finishOver(row)) {
      // What is not over waits no more.
      this.rows.setBits(row, bits & ~QUEUED);
    }
  }

  /** Hands out connections that were closed on both sides and silent for 2MSL, by id. */
  private sweep(): void {
    const waiting = this.queue.take(this.now);
    this.moment.phase = SWEEP;
    for (let at = 0; at < waiting.length; at += 2) {
      this.lookAhead(waiting, at);
      this.moment.root = waiting[at + 1] ?? 0;
      this.sweepEntry(waiting[at] ?? 0, at);
    }
    this.moment.phase = SEGMENT;
  }

  /** Decides what is still undecided; false where there is nothing. */
  private settleUnanswered(entries: Int32Array): boolean {
    let isAny = false;
    for (let at = 0; at < entries.length; at += 2) {
      const row = (entries[at] ?? 0) - 1;
      if (row < 0 || (this.rows.bits(row) & TENTATIVE) === 0) continue;
      isAny = true;
      this.moment.root = entries[at + 1] ?? 0;
      this.incarnations.settleUnanswered(row);
    }
    return isAny;
  }

  private enqueue(row: number, since: number): void {
    if (this.rows.bits(row) & QUEUED) return;
    this.rows.setBits(row, this.rows.bits(row) | QUEUED);
    this.queue.add(row + 1, this.rows.word(row, ID), since + this.silence);
  }
}

/** Of entries and numbers in turn. */
export function entriesOf(pairs: Int32Array): Int32Array {
  return pairs.filter((_, at) => at % 2 === 0);
}
