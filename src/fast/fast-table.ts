import type { RecordBatch } from '../capture/record.ts';
import { PLAIN_TIME } from '../capture/time-bounds.ts';
import { createSegment } from '../decode/create-segment.ts';
import type { Segment } from '../decode/segment.ts';
import { ConnectionTable, type ConnectionTableOptions, entriesOf } from '../flow/connection-table.ts';
import type { Flow } from '../flow/flow.ts';
import { createKey } from '../flow/flow-key.ts';
import { wholePartition } from '../flow/partition.ts';
import { SWEEP } from '../flow/phases.ts';
import { QUEUED } from '../flow/row.ts';
import { createOptionNumbers, type OptionNumbers } from '../flow/segment-options.ts';
import type { TableState } from '../flow/table-state.ts';
import { HALF_CLOSE, REFUSED } from './close-codes.ts';
import { type CompactSegments, createCompactSegments } from './compact-segments.ts';
import { FastRows } from './fast-rows.ts';
import { DUE, IS_QUEUED, MOST_SLOTS, NUMBER, RECENT, REGULAR, STATUS } from './memory-map.ts';
import type { PreparedPackets } from './prepared-packets.ts';
import { createRegularClose, type RegularClose } from './regular-close.ts';

/** The greatest second that fits in {@link DUE}. */
const LATEST_DUE = 0x7fffffff;

/** What a table goes by that keeps connections by the book apart, and whom it tells of them. */
export interface FastTableOptions extends ConnectionTableOptions {
  /**
   * Receives a connection that ended regularly when it becomes final, instead of {@link onFlow}. The object is
   * reused. Returns false if the connection has to be judged as all others are: it then goes to {@link onFlow},
   * and {@link mayLeave} must be true.
   */
  onRegular?: ((close: RegularClose) => boolean) | undefined;
  /** What {@link onRegular} is given may be left to {@link onFlow}. */
  mayLeave?: boolean | undefined;
  /**
   * Receives endings of compact rows in batches, ahead of other connections that become final at the same time.
   * Layout: `ending-layout.ts`. The buffer is reused. Without it, {@link onRegular} receives them one by one.
   */
  onEndings?: ((endings: Float64Array) => void) | undefined;
  /**
   * Takes a connection that ended regularly with its segments, as it becomes final, where {@link onRegular} is not there
   * and few enough segments make it possible. `flow` reads it as a flow; it must be called at once or never. Returns false where
   * it is left to {@link onFlow}.
   */
  onListed?: ((close: RegularClose, segments: CompactSegments, flow: () => Flow) => boolean) | undefined;
}

/**
 * A connection table in which a connection begins as a compact row, stays one as long as it goes by the book, and moves to a full
 * row when it has to. It hands out what the plain table does, but for endings by the book, which it hands out as numbers.
 */
export class FastTable extends ConnectionTable {
  private readonly own: FastRows;
  private readonly onRegular: FastTableOptions['onRegular'];
  private readonly onEndings: FastTableOptions['onEndings'];
  private readonly onListed: FastTableOptions['onListed'];
  private readonly mayLeave: boolean;
  private readonly regular: RegularClose = createRegularClose();
  private readonly segments = createCompactSegments();
  /** What a compact row gives back. */
  private readonly again = { segment: createSegment(), options: createOptionNumbers(), key: createKey() };

  constructor(options: FastTableOptions, firstTick = 0) {
    const partition = options.partition ?? wholePartition();
    const rows = new FastRows(partition, options.maxMemory);
    super({ ...options, partition }, firstTick, rows);
    this.own = rows;
    this.onRegular = options.onRegular;
    this.onEndings = options.onEndings;
    this.onListed = options.onListed;
    this.mayLeave = options.mayLeave ?? false;
  }

  /** Where the bytes of a run need not be copied; null where there is no such place. */
  get block(): Uint8Array | null {
    return this.own.compactRows?.block ?? null;
  }

  /**
   * Takes what it can from the beginning of a run of records, as if their segments came one by one.
   *
   * @param shift what a segment's time is more than its record's, nanoseconds
   * @param frames what its frame's number is more
   * @param prepared the packets of a block that may be the run's, read by another thread
   */
  walk(run: RecordBatch, shift: number, frames: number, prepared: PreparedPackets | null = null): void {
    const { compactRows } = this.own;
    if (compactRows === null || this.bound.isOver) return;
    let goesOn = true;
    while (goesOn) {
      const { latest, nextId } = this;
      // Beyond that, times are rounded, and records have to be looked at one by one.
      const until = Math.min(this.queue.nextTime, PLAIN_TIME + Math.min(shift, 0));
      const walked = compactRows.walk(run, { latest, until, shift, frames, nextId }, prepared);
      // Perhaps of a segment behind the first that it did not take.
      for (let index = 0; index < walked.ended; index++) {
        const row = compactRows.endedRow(index);
        if (row !== 0) this.enqueueCompact(row);
      }
      if (walked.segments === 0) return;
      const { tick } = this.moment;
      for (let index = 0; index < walked.created; index++) {
        this.moment.tick = tick + compactRows.createdWith(index);
        this.newId();
      }
      this.moment.tick = tick + walked.segments;
      this.now = run.previous + shift;
      this.latest = this.now;
      goesOn = walked.goesOn;
    }
  }

  override end(time: number): number {
    const nextId = super.end(time);
    this.own.compactRows?.close();
    return nextId;
  }

  override save(): TableState {
    for (const entry of entriesOf(this.own.byId())) if (entry < 0) this.expand(~entry);
    return super.save();
  }

  override finish(row: number, followed: boolean): void {
    this.incarnations.finishPrevious(row);
    const isRegular = this.onRegular && !followed && this.own.readRegular(row, this.now, this.regular);
    if (isRegular && this.onRegular?.(this.regular)) this.own.forget(row);
    else super.finish(row, followed);
  }

  protected override place(entry: number, direction: number, segment: Segment, options: OptionNumbers): void {
    if (entry < 0) {
      const taken = this.own.compact.append(~entry, segment, options);
      if (taken & 1) this.enqueueCompact(taken >> 1);
      if (taken !== 0) return;
    } else if (entry === 0 && segment.context === 0) {
      const begun = this.own.compactRows?.begin(segment, options, this.nextId) ?? 0;
      if (begun !== 0) {
        this.newId();
        if (this.own.compact.word(begun, STATUS) & IS_QUEUED) this.enqueueCompact(begun);
        return;
      }
    }
    super.place(entry, direction, segment, options);
  }

  protected override fullRow(entry: number): number {
    return entry < 0 ? this.expand(~entry) : super.fullRow(entry);
  }

  protected override lastTime(entry: number): number {
    return entry < 0 ? this.own.compact.lastTime(~entry) : super.lastTime(entry);
  }

  protected override finishOver(row: number): boolean {
    if (!this.own.isRegular(row)) return super.finishOver(row);
    this.index.remove(row + 1);
    this.finish(row, false);
    return true;
  }

  /** Looks at the next few entries at once, where they have compact rows, and at their segments where somebody wants them. */
  protected override lookAhead(entries: Int32Array, at: number): void {
    const { compactRows } = this.own;
    if (compactRows === null || slotOf(at) !== 0) return;
    const { tick, phase } = this.moment;
    const releases = this.onRegular !== undefined && !this.mayLeave;
    if (phase === SWEEP) compactRows.sweep(entries, at, this.now, this.silence, tick, releases);
    else compactRows.settle(entries, at, this.now, tick);
    if (compactRows.areAllEndings && !this.mayLeave) this.onEndings?.(compactRows.endings);
    if (this.onListed) compactRows.gather();
  }

  protected override finishEntry(entry: number, at: number): void {
    if (entry > 0) super.finishEntry(entry, at);
    else if (this.own.compact.found(slotOf(at)) === REGULAR) this.finishCompact(~entry, slotOf(at));
    else this.finish(this.expand(~entry), false);
  }

  protected override sweepEntry(entry: number, at: number): void {
    if (entry > 0) {
      super.sweepEntry(entry, at);
      return;
    }
    const { compact: rows } = this.own;
    const part = slotOf(at);
    const found = rows.found(part);
    if (found === REGULAR) {
      this.finishCompact(~entry, part);
    } else if (found === RECENT) {
      // It is looked at again when it may be silent for long enough.
      const due = rows.foundEnd(part) + this.silence;
      this.setDue(~entry, this.queue.add(entry, this.moment.root, due));
    }
  }

  /** Hands out a compact row that is regular: the `part`th that was looked at. */
  private finishCompact(compact: number, part: number): void {
    const { compact: rows } = this.own;
    // It was handed out with the others that were looked at.
    if (this.onEndings && rows.areAllEndings && !this.mayLeave) return;
    rows.readRegular(part, this.regular);
    if (!this.onRegular) this.list(compact);
    else if (!this.onRegular(this.regular)) this.leave(compact);
    // What cannot be left was released with the others that were looked at.
    else if (this.mayLeave) rows.release(compact);
  }

  /** Hands out a regular compact row as a flow. */
  private leave(compact: number): void {
    const row = this.expand(compact);
    const flow = this.own.read(row, this.now);
    this.own.forget(row);
    this.onFlow(flow);
  }

  /** Hands out a compact row with its segments. */
  private list(compact: number): void {
    const { end, answered, kind } = this.regular;
    let row = -1;
    let read: Flow | null = null;
    const flow = (): Flow => {
      if (read === null) {
        row = this.expand(compact);
        read = this.own.read(row, this.now);
      }
      return read;
    };
    // An ACK that comes later than 2MSL behind the second FIN finds no TIME_WAIT.
    const isLate = kind <= HALF_CLOSE && end - answered > this.silence;
    // Of an opening alone, or a stray segment, there is little that could be copied.
    if (isLate || kind >= REFUSED) {
      this.onFlow(flow());
    } else {
      this.own.compact.readSegments(compact, this.segments);
      if (!this.onListed?.(this.regular, this.segments, flow)) this.onFlow(flow());
    }
    if (row < 0) this.own.compact.release(compact);
    else this.own.forget(row);
  }

  /** Moves a compact row to a full one, as if its segments came now. Returns that. */
  private expand(compact: number): number {
    const { compact: compacts } = this.own;
    const { segment, options, key } = this.again;
    const id = compacts.word(compact, NUMBER);
    compacts.loadKey(key, compact);
    let row = -1;
    compacts.replay(compact, segment, options, (direction) => {
      if (row < 0) row = this.incarnations.begin(key, id, segment, direction);
      this.take(row, direction, segment, options);
    });
    if (compacts.word(compact, STATUS) & IS_QUEUED) {
      this.own.setBits(row, this.own.bits(row) | QUEUED);
      this.queue.addAt(compacts.word(compact, DUE), row + 1, id);
    }
    this.index.replace(~compact, row);
    return row;
  }

  /** For a compact row that is marked as queued, and is not, or only as the row that it was moved from. */
  private enqueueCompact(compact: number): void {
    const rows = this.own.compact;
    const id = rows.word(compact, NUMBER);
    const due = rows.word(compact, DUE);
    if (due !== 0) this.queue.addAt(due, ~compact, id);
    else this.setDue(compact, this.queue.add(~compact, id, rows.closedAt(compact) + this.silence));
  }

  /** What is looked at too early waits on. */
  private setDue(compact: number, slot: number): void {
    this.own.compact.set(compact, DUE, Math.min(slot, LATEST_DUE));
  }
}

/** Which of those that are looked at together the entry at a place is. */
function slotOf(at: number): number {
  return (at >> 1) % MOST_SLOTS;
}
