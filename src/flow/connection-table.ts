import type { RecordRun } from '../capture/record.ts';
import { createSegment } from '../decode/create-segment.ts';
import type { IcmpError } from '../decode/icmp-error.ts';
import type { Segment, SegmentSink } from '../decode/segment.ts';
import { twoMslOf } from '../machine/profile.ts';
import { ABORT, OPEN } from './close-codes.ts';
import { ClosingQueue } from './closing-queue.ts';
import { DUE, IS_QUEUED, MOST_PARTS, NUMBER, RECENT, REGULAR, STATUS } from './compact-row.ts';
import { createCompactSegments } from './compact-segments.ts';
import type { ConnectionTableOptions } from './connection-table-options.ts';
import type { Flow } from './flow.ts';
import { createKey } from './flow-key.ts';
import { Incarnations } from './incarnations.ts';
import { LiveRows } from './live-rows.ts';
import { END_OF_CAPTURE, SEGMENT, SETTLE, SWEEP } from './phases.ts';
import type { PreparedPackets } from './prepared-packets.ts';
import { createRegularClose, type RegularClose } from './regular-close.ts';
import { END, ID, QUEUED, TENTATIVE } from './row.ts';
import { ELSEWHERE, type RowIndex } from './row-index.ts';
import { SegmentIntake } from './segment-intake.ts';
import { createOptionNumbers, type OptionNumbers, OptionReader } from './segment-options.ts';
import { type Moment, wholeShare } from './share.ts';
import { loadRows, saveRows, type TableState } from './table-state.ts';

/**
 * All live connections of a capture, by 4-tuple and incarnation. Takes every segment, keeps the marks of both
 * directions and the segments of the opening and of the closing, and hands out each connection when it is final: its
 * 4-tuple was opened anew, 2MSL of silence after both sides closed, or the capture ends.
 *
 * Where regular endings are taken, a connection begins as a compact row and moves to a full one when it has to.
 */
export class ConnectionTable implements SegmentSink {
  /** When what is handed out became final. */
  readonly moment: Moment = { tick: 0, phase: SEGMENT, root: 0 };
  /** Time of the segment at hand, nanoseconds. */
  now = 0;
  private readonly rows: LiveRows;
  private readonly index: RowIndex;
  private readonly intake: SegmentIntake;
  private readonly incarnations: Incarnations;
  private readonly options = new OptionReader();
  private readonly onCreate: ConnectionTableOptions['onCreate'];
  private readonly queue = new ClosingQueue();
  private readonly onFlow: ConnectionTableOptions['onFlow'];
  private readonly onRegular: ConnectionTableOptions['onRegular'];
  private readonly onEndings: ConnectionTableOptions['onEndings'];
  private readonly onListed: ConnectionTableOptions['onListed'];
  private readonly mayLeave: boolean;
  private readonly regular: RegularClose = createRegularClose();
  private readonly segments = createCompactSegments();
  /** What a compact row gives back. */
  private readonly again = { segment: createSegment(), options: createOptionNumbers(), key: createKey() };
  private readonly silence: number;
  private nextId: number;
  /** Latest time of any segment. */
  private latest = 0;

  /** @param firstTick segments of the run before its first */
  constructor(options: ConnectionTableOptions, firstTick = 0) {
    const {
      profile,
      firstId,
      onFlow,
      onRegular,
      onEndings,
      onListed,
      mayLeave = false,
      onCreate,
      share = wholeShare(),
    } = options;
    this.rows = new LiveRows(share, onRegular !== undefined || onListed !== undefined);
    this.index = this.rows.index;
    this.intake = new SegmentIntake(this.rows.log);
    this.incarnations = new Incarnations(this, this.rows, this.intake, profile);
    this.moment.tick = firstTick;
    this.onCreate = onCreate;
    this.onFlow = onFlow;
    this.onRegular = onRegular;
    this.onEndings = onEndings;
    this.onListed = onListed;
    this.mayLeave = mayLeave;
    this.nextId = firstId;
    this.silence = twoMslOf(profile);
  }

  /** Where the bytes of a run need not be copied; null where there is no such place. */
  get block(): Uint8Array | null {
    return this.rows.compactRows?.block ?? null;
  }

  segment(segment: Segment): void {
    this.now = segment.time;
    this.moment.tick++;
    if (this.queue.isTime(segment.time)) this.sweep();
    const isLate = segment.time < this.latest;
    if (!isLate) this.latest = segment.time;
    const entry = this.index.find(segment);
    if (entry === ELSEWHERE) return;
    const { direction } = this.index;
    const { compactRows } = this.rows;
    const options = this.options.read(segment);
    // The time of a connection stands still while the clock of the capture goes back.
    if (isLate && entry !== 0) segment.time = Math.max(segment.time, this.lastTime(entry));
    if (entry < 0) {
      const taken = this.rows.compact.append(~entry, segment, options);
      if (taken & 1) this.enqueueCompact(taken >> 1);
      if (taken !== 0) return;
    }
    let row: number;
    if (entry === 0) {
      const mayBeCompact = compactRows !== null && segment.context === 0;
      if (mayBeCompact && compactRows.begin(segment, options, this.nextId) !== 0) {
        this.newId();
        return;
      }
      row = this.incarnations.create(segment, direction, -1);
      this.index.add(row);
    } else {
      row = this.incarnations.of(entry < 0 ? this.expand(~entry) : entry - 1, direction, segment, options);
      if (row < 0) return;
    }
    if (this.take(row, direction, segment, options)) this.enqueue(row, segment.time);
  }

  /** Takes an ICMP error about a segment: it is no segment itself, and counts where it quotes one that was sent. */
  unreachable(error: IcmpError): void {
    const entry = this.index.find(error.quoted);
    if (entry === 0 || entry === ELSEWHERE) return;
    const { direction } = this.index;
    this.rows.noteError(entry < 0 ? this.expand(~entry) : entry - 1, direction, error);
  }

  /**
   * Takes what it can from the beginning of a run of records, as if their segments came one by one.
   *
   * @param shift what a segment's time is more than its record's, nanoseconds
   * @param frames what its frame's number is more
   * @param prepared the packets of a block that may be the run's, read by another thread
   */
  walk(run: RecordRun, shift: number, frames: number, prepared: PreparedPackets | null = null): void {
    const { compactRows } = this.rows;
    if (compactRows === null) return;
    let goesOn = true;
    while (goesOn) {
      const { latest, nextId } = this;
      const until = this.queue.nextTime;
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
    this.finishAll(entries);
    this.rows.compactRows?.close();
    return this.nextId;
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

  /** All that is live, as plain data; the table goes on. */
  save(): TableState {
    for (const entry of entriesOf(this.rows.byId())) if (entry < 0) this.expand(~entry);
    const entries = entriesOf(this.rows.byId());
    const rows = [...entries].flatMap((entry) => this.rows.withPrevious(entry - 1));
    const unreachable = this.rows.errors.save();
    return { nextId: this.nextId, now: this.now, unreachable, ...saveRows(rows, this.rows) };
  }

  /** Takes over what another table saved; it must be empty. */
  load(state: TableState): void {
    this.nextId = state.nextId;
    this.now = state.now;
    this.queue.begin(state.now);
    this.rows.errors.load(state.unreachable ?? []);
    for (const { row, last } of loadRows(state, this.rows)) {
      this.latest = Math.max(this.latest, last);
      if (this.rows.bits(row) & QUEUED) {
        this.queue.add(row + 1, this.rows.word(row, ID), last + this.silence);
      }
    }
  }

  newId(): number {
    this.onCreate?.(this.moment.tick);
    return this.nextId++;
  }

  /** Hands out a full row, the incarnation before it first, and releases its memory. */
  finish(row: number, followed: boolean): void {
    this.incarnations.finishPrevious(row);
    const isRegular = this.onRegular && !followed && this.rows.readRegular(row, this.now, this.regular);
    if (isRegular && this.onRegular?.(this.regular)) {
      this.rows.forget(row);
      return;
    }
    const flow = this.rows.read(row, this.now, followed);
    this.rows.forget(row);
    this.onFlow(flow);
  }

  /** Hands out a full row where its connection is over, which it tells. */
  private finishOver(row: number): boolean {
    if (this.rows.isRegular(row)) {
      this.index.remove(row + 1);
      this.finish(row, false);
      return true;
    }
    const over = this.incarnations.readOver(row);
    if (over === null) return false;
    this.index.remove(row + 1);
    this.incarnations.finishPrevious(row);
    this.rows.forget(row);
    this.onFlow(over.flow, over.replayed);
    return true;
  }

  /** Hands out what is left, entry and id in turn. */
  private finishAll(entries: Int32Array): void {
    for (let at = 0; at < entries.length; at += 2) {
      const part = (at >> 1) % MOST_PARTS;
      if (part === 0) this.lookAhead(entries, at);
      const entry = entries[at] ?? 0;
      this.moment.root = entries[at + 1] ?? 0;
      if (entry > 0) this.finish(entry - 1, false);
      else if (this.rows.compact.found(part) === REGULAR) this.finishCompact(~entry, part);
      else this.finish(this.expand(~entry), false);
    }
  }

  /** Looks at the next few entries at once, where they have compact rows, and at their segments where somebody wants them. */
  private lookAhead(entries: Int32Array, from: number): void {
    const { compactRows } = this.rows;
    if (compactRows === null) return;
    const { tick, phase } = this.moment;
    const isCounted = this.onRegular !== undefined && !this.mayLeave;
    if (phase === SWEEP) compactRows.sweep(entries, from, this.now, this.silence, tick, isCounted);
    else compactRows.settle(entries, from, this.now, tick);
    if (compactRows.isPlain && !this.mayLeave) this.onEndings?.(compactRows.endings);
    if (this.onListed) compactRows.gather();
  }

  /** Hands out a compact row that is regular: the `part`th that was looked at. */
  private finishCompact(compact: number, part: number): void {
    const { compact: rows } = this.rows;
    // It was handed out with the others that were looked at.
    if (this.onEndings && rows.isPlain && !this.mayLeave) return;
    rows.readRegular(part, this.regular);
    if (!this.onRegular) this.list(compact);
    else if (!this.onRegular(this.regular)) this.leave(compact);
    // What cannot be left was released with the others that were looked at.
    else if (this.mayLeave) rows.release(compact);
  }

  /** Hands out a regular compact row as a flow. */
  private leave(compact: number): void {
    const row = this.expand(compact);
    const flow = this.rows.read(row, this.now);
    this.rows.forget(row);
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
        read = this.rows.read(row, this.now);
      }
      return read;
    };
    // An ACK that comes later than 2MSL behind the second FIN finds no TIME_WAIT.
    if (kind !== ABORT && kind !== OPEN && end - answered > this.silence) {
      this.onFlow(flow());
    } else {
      this.rows.compact.readSegments(compact, this.segments);
      if (!this.onListed?.(this.regular, this.segments, flow)) this.onFlow(flow());
    }
    if (row < 0) this.rows.compact.release(compact);
    else this.rows.forget(row);
  }

  /** Moves a compact row to a full one, as if its segments came now. Returns that. */
  private expand(compact: number): number {
    const { compact: compacts } = this.rows;
    const { segment, options, key } = this.again;
    const id = compacts.word(compact, NUMBER);
    compacts.loadKey(key, compact);
    let row = -1;
    compacts.replay(compact, segment, options, (direction) => {
      if (row < 0) row = this.incarnations.begin(key, id, segment, direction);
      this.take(row, direction, segment, options);
    });
    if (compacts.word(compact, STATUS) & IS_QUEUED) {
      this.rows.setBits(row, this.rows.bits(row) | QUEUED);
      this.queue.addAt(compacts.word(compact, DUE), row + 1, id);
    }
    this.index.replace(~compact, row);
    return row;
  }

  /** Takes a segment into a full row. True when it may have ended the connection. */
  private take(row: number, direction: number, segment: Segment, options: OptionNumbers): boolean {
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

  /** Of a connection's last segment. */
  private lastTime(entry: number): number {
    const { full } = this.rows;
    if (entry < 0) return this.rows.compact.lastTime(~entry);
    return full.doublePage(entry - 1)[(full.base(entry - 1) + END) >> 1] ?? 0;
  }

  private enqueue(row: number, since: number): void {
    if (this.rows.bits(row) & QUEUED) return;
    this.rows.setBits(row, this.rows.bits(row) | QUEUED);
    this.queue.add(row + 1, this.rows.word(row, ID), since + this.silence);
  }

  /** For a compact row that is marked as queued, and is not, or only as the row that it was moved from. */
  private enqueueCompact(compact: number): void {
    const rows = this.rows.compact;
    const id = rows.word(compact, NUMBER);
    const due = rows.word(compact, DUE);
    if (due !== 0) this.queue.addAt(due, ~compact, id);
    else rows.set(compact, DUE, this.queue.add(~compact, id, rows.closedAt(compact) + this.silence));
  }

  /** Hands out connections that were closed on both sides and silent for 2MSL, by id. */
  private sweep(): void {
    const waiting = this.queue.take(this.now);
    this.moment.phase = SWEEP;
    for (let at = 0; at < waiting.length; at += 2) {
      const part = (at >> 1) % MOST_PARTS;
      if (part === 0) this.lookAhead(waiting, at);
      const entry = waiting[at] ?? 0;
      this.moment.root = waiting[at + 1] ?? 0;
      if (entry > 0) this.sweepFull(entry - 1, this.moment.root);
      else this.sweepCompact(~entry, part);
    }
    this.moment.phase = SEGMENT;
  }

  private sweepCompact(compact: number, part: number): void {
    const { compact: rows } = this.rows;
    const found = rows.found(part);
    if (found === REGULAR) {
      this.finishCompact(compact, part);
    } else if (found === RECENT) {
      // It is looked at again when it may be silent for long enough.
      const due = rows.foundEnd(part) + this.silence;
      rows.set(compact, DUE, this.queue.add(~compact, this.moment.root, due));
    }
  }

  private sweepFull(row: number, id: number): void {
    const bits = this.rows.bits(row);
    if (this.rows.word(row, ID) !== id || (bits & QUEUED) === 0) return;
    const last = this.lastTime(row + 1);
    if (this.now - last <= this.silence) {
      this.queue.add(row + 1, id, last + this.silence);
    } else if (!this.index.has(row + 1) || (bits & TENTATIVE) !== 0 || !this.finishOver(row)) {
      // What is not over waits no more.
      this.rows.setBits(row, bits & ~QUEUED);
    }
  }
}

/** Of entries and numbers in turn. */
function entriesOf(pairs: Int32Array): Int32Array {
  return pairs.filter((_, at) => at % 2 === 0);
}
