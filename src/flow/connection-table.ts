import { ACK, RST, type Segment, type SegmentSink, SYN } from '../decode/segment.ts';
import type { Profile } from '../machine/profile.ts';
import { replay } from '../machine/replay.ts';
import { ClosingQueue } from './closing-queue.ts';
import type { ConnectionTableOptions } from './connection-table-options.ts';
import type { Flow } from './flow.ts';
import type { FlowIndex } from './flow-index.ts';
import { createKey, readKey, writeKey } from './flow-key.ts';
import {
  answersSyn,
  continues,
  fits,
  goesOnFromSyn,
  isAnotherSyn,
  isForeign,
  opensAnew,
  refusesSyn,
  repeatsSynAck,
  roleBits,
} from './incarnation.ts';
import { LiveRows } from './live-rows.ts';
import { createRegularClose, type RegularClose } from './regular-close.ts';
import {
  BITS,
  CLIENT_IS_B,
  CLOSING,
  COUNT,
  DIRECTION,
  END,
  FIRST_FRAME,
  FRONT,
  HIGH,
  ID,
  INCARNATION,
  IPV6,
  LAST_FRAME,
  PREVIOUS,
  PREVIOUS_ID,
  QUEUED,
  REOPENED_BY,
  REOPENED_BY_B,
  REOPENED_FRAME,
  REOPENED_TIME,
  REOPENING_ANSWERED,
  SENT,
  SENT_BITS,
  START,
  SYN_SEEN,
  SYNCHRONIZED,
  TENTATIVE,
} from './row.ts';
import { SegmentIntake } from './segment-intake.ts';
import type { SegmentLog } from './segment-log.ts';
import { END_OF_CAPTURE, type Moment, SEGMENT, SETTLE, type Share, SWEEP, wholeShare } from './share.ts';
import { loadRows, saveRows, type TableState } from './table-state.ts';

/**
 * All live connections of a capture, by 4-tuple and incarnation. Takes every segment, keeps the marks of both
 * directions and the segments of the opening and of the closing, and hands out each connection when it is final: its
 * 4-tuple was opened anew, 2MSL of silence after both sides closed, or the capture ends (DESIGN section 3).
 */
export class ConnectionTable implements SegmentSink {
  /** When what is handed out became final. */
  readonly moment: Moment = { tick: 0, phase: SEGMENT, root: 0 };
  private readonly rows: LiveRows;
  private readonly index: FlowIndex;
  private readonly log: SegmentLog;
  private readonly intake: SegmentIntake;
  private readonly key = createKey();
  private readonly share: Share;
  private readonly onCreate: ConnectionTableOptions['onCreate'];
  private readonly queue = new ClosingQueue();
  private readonly profile: Profile;
  private readonly onFlow: (flow: Flow) => void;
  private readonly onRegular: ConnectionTableOptions['onRegular'];
  private readonly regular: RegularClose = createRegularClose();
  private readonly silence: number;
  private nextId: number;
  private now = 0;

  /** @param firstTick segments of the run before its first */
  constructor(options: ConnectionTableOptions, firstTick = 0) {
    const { profile, firstId, onFlow, onRegular, onCreate, share = wholeShare() } = options;
    this.share = share;
    this.rows = new LiveRows(share.keys);
    this.index = this.rows.index;
    this.log = this.rows.log;
    this.intake = new SegmentIntake(this.log);
    this.moment.tick = firstTick;
    this.onCreate = onCreate;
    this.profile = profile;
    this.onFlow = onFlow;
    this.onRegular = onRegular;
    this.nextId = firstId;
    this.silence = 2 * profile.msl * 1e9;
  }

  segment(segment: Segment): void {
    this.now = segment.time;
    this.moment.tick++;
    if (this.queue.isTime(segment.time)) this.sweep();
    const direction = readKey(this.key, segment);
    const hash = this.index.hash(this.key);
    const { of, index } = this.share;
    if (of > 1 && ((hash >>> 16) * of) >>> 16 !== index) return;
    let row = this.index.find(this.key, hash);
    if (row < 0) {
      row = this.create(segment, direction, -1);
      this.index.add(row, hash);
    } else {
      // The time of a connection stands still while the clock of the capture goes back.
      const last = this.index.rows.doublePage(row)[(this.index.rows.base(row) + END) >> 1] ?? 0;
      if (segment.time < last) segment.time = last;
      row = this.incarnationOf(row, direction, segment);
    }
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    if (this.intake.take(words, this.index.rows.doublePage(row), base, direction, segment))
      this.enqueue(row, segment.time);
  }

  /**
   * Ends the capture: hands out every connection that is left, by id. Returns the next free id.
   *
   * @param time of the capture's last record of any kind, nanoseconds since its first: silence counts up to there
   */
  end(time: number): number {
    if (time > this.now) this.now = time;
    this.moment.phase = SETTLE;
    for (const row of this.rows.byId(this.index)) {
      this.moment.root = this.rows.word(row, ID);
      if (this.rows.bits(row) & TENTATIVE) this.settleUnanswered(row);
    }
    this.moment.phase = END_OF_CAPTURE;
    for (const row of this.rows.byId(this.index)) {
      this.moment.root = this.rows.word(row, ID);
      this.finish(row);
    }
    return this.nextId;
  }

  /** All that is live, as plain data; the table goes on. */
  save(): TableState {
    const rows = this.rows.byId(this.index).flatMap((row) => this.rows.withPrevious(row));
    return { nextId: this.nextId, now: this.now, ...saveRows(rows, this.index, this.log) };
  }

  /** Takes over what another table saved; it must be empty. */
  load(state: TableState): void {
    this.nextId = state.nextId;
    this.now = state.now;
    this.queue.begin(state.now);
    for (const { row, last } of loadRows(state, this.index, this.log)) {
      if (this.rows.bits(row) & QUEUED) this.queue.add(row, this.rows.word(row, ID), last + this.silence);
    }
  }

  /** A row for a connection whose first segment this is; the caller enters it into the index. */
  private create(segment: Segment, direction: number, previous: number): number {
    const row = this.index.rows.take();
    const words = this.index.rows.page(row);
    const doubles = this.index.rows.doublePage(row);
    const base = this.index.rows.base(row);
    writeKey(this.key, words, base);
    words[base + PREVIOUS] = previous + 1;
    words[base + PREVIOUS_ID] = previous < 0 ? 0 : this.rows.word(previous, ID) + 1;
    words[base + ID] = this.nextId++;
    this.onCreate?.(this.moment.tick);
    words[base + INCARNATION] = previous < 0 ? 1 : this.rows.word(previous, INCARNATION) + 1;
    words[base + FIRST_FRAME] = segment.frame;
    doubles[(base + START) >> 1] = segment.time;
    doubles[(base + END) >> 1] = segment.time;
    words[base + BITS] = (segment.ipVersion === 6 ? IPV6 : 0) | roleBits(segment, direction);
    return row;
  }

  /** Which incarnation of the 4-tuple that `newest` leads to a segment belongs to (DESIGN section 2, Incarnations). */
  private incarnationOf(newest: number, direction: number, segment: Segment): number {
    const words = this.index.rows.page(newest);
    const base = this.index.rows.base(newest);
    const bits = words[base + BITS] ?? 0;
    if (bits & TENTATIVE) return this.placeTentative(newest, direction, segment);
    if (isAnotherSyn(words, base, direction, segment))
      return this.open(newest, direction, segment, TENTATIVE);
    const previous = (words[base + PREVIOUS] ?? 0) - 1;
    if (previous >= 0 && this.repeatsOld(previous, direction, segment)) return previous;
    if (opensAnew(words, base, direction, segment)) {
      const row = this.open(newest, direction, segment, 0);
      this.confirm(row, segment.frame, segment.time, segment.time);
      return row;
    }
    if (
      isForeign(words, base, direction, segment) &&
      (bits & CLOSING) !== 0 &&
      !this.fitsExactly(previous, direction, segment)
    ) {
      if (this.isOver(newest)) {
        const row = this.open(newest, direction, segment, 0);
        this.confirm(row, segment.frame, segment.time, segment.time);
        return row;
      }
    }
    if (previous >= 0 && (segment.flags & SYN) === 0 && !fits(words, base, direction, segment)) {
      if (this.fitsRow(previous, direction, segment)) return previous;
    }
    return newest;
  }

  /** A SYN is waiting for its answer: what this segment says of it. */
  private placeTentative(row: number, direction: number, segment: Segment): number {
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    const previous = (words[base + PREVIOUS] ?? 0) - 1;
    const own = words[base + SENT + direction * DIRECTION + SENT_BITS] ?? 0;
    if (own & SYN_SEEN) {
      if (isAnotherSyn(words, base, direction, segment)) {
        return this.incarnationOf(this.settleUnanswered(row), direction, segment);
      }
      if (segment.flags & SYN) return row;
      const isNew = continues(words, base, direction, segment);
      if (!isNew && this.fitsExactly(previous, direction, segment)) return previous;
      if (!fits(words, base, direction, segment) && this.fitsRow(previous, direction, segment))
        return previous;
      // It goes on from its SYN: the answer is missing from the capture.
      if ((segment.flags & RST) === 0) this.confirm(row, 0, 0, segment.time);
      return row;
    }
    if (
      answersSyn(words, base, direction, segment) ||
      goesOnFromSyn(words, base, direction, segment, this.fitsExactly(previous, direction, segment))
    ) {
      this.confirm(row, 0, 0, segment.time);
      return row;
    }
    const simultaneous = (segment.flags & (SYN | ACK)) === SYN;
    if (
      simultaneous ||
      refusesSyn(words, base, direction, segment, this.fitsRow(previous, direction, segment))
    ) {
      if (!simultaneous) words[base + BITS] = (words[base + BITS] ?? 0) & ~TENTATIVE;
      return row;
    }
    return this.dissolve(row);
  }

  private open(previous: number, direction: number, segment: Segment, bit: number): number {
    const row = this.create(segment, direction, previous);
    this.index.replace(previous, row);
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) | bit;
    return row;
  }

  /** The 4-tuple is open anew: `row` is the next incarnation, and the one before the old one is final. */
  private confirm(row: number, frame: number, time: number, by: number): void {
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) & ~TENTATIVE;
    const old = (words[base + PREVIOUS] ?? 0) - 1;
    if (old < 0) return;
    const oldWords = this.index.rows.page(old);
    const oldDoubles = this.index.rows.doublePage(old);
    const oldBase = this.index.rows.base(old);
    // What it sent last tells whether the capture lacks something of its end.
    if ((oldWords[oldBase + BITS] ?? 0) & SYNCHRONIZED) this.intake.context(oldWords, oldDoubles, oldBase);
    oldWords[oldBase + REOPENED_FRAME] = frame || (words[base + FIRST_FRAME] ?? 0);
    oldDoubles[(oldBase + REOPENED_TIME) >> 1] =
      time || (this.index.rows.doublePage(row)[(base + START) >> 1] ?? 0);
    oldDoubles[(oldBase + REOPENED_BY) >> 1] = by;
    oldWords[oldBase + BITS] =
      (oldWords[oldBase + BITS] ?? 0) |
      REOPENING_ANSWERED |
      ((words[base + BITS] ?? 0) & CLIENT_IS_B ? REOPENED_BY_B : 0);
    this.finishPrevious(old);
  }

  /** The SYN was the old connection's after all: its segments go back there. */
  private dissolve(row: number): number {
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    const old = (words[base + PREVIOUS] ?? 0) - 1;
    const oldWords = this.index.rows.page(old);
    const oldDoubles = this.index.rows.doublePage(old);
    const oldBase = this.index.rows.base(old);
    this.intake.context(oldWords, oldDoubles, oldBase);
    oldWords[oldBase + BITS] = (oldWords[oldBase + BITS] ?? 0) | CLOSING | SYNCHRONIZED;
    this.log.move(words, base, oldWords, oldBase, (entry) => {
      const sent = oldBase + SENT + entry.direction * DIRECTION;
      entry.front = oldWords[sent + FRONT] ?? 0;
      entry.highBefore = oldWords[sent + HIGH] ?? 0;
    });
    oldWords[oldBase + COUNT] = (oldWords[oldBase + COUNT] ?? 0) + (words[base + COUNT] ?? 0);
    oldWords[oldBase + LAST_FRAME] = words[base + LAST_FRAME] ?? 0;
    oldDoubles[(oldBase + END) >> 1] = this.index.rows.doublePage(row)[(base + END) >> 1] ?? 0;
    this.index.replace(row, old);
    this.index.rows.release(row);
    return old;
  }

  /** A SYN without an answer is a new connection's if the old one was over, else the old one's. */
  private settleUnanswered(row: number): number {
    const previous = this.rows.word(row, PREVIOUS) - 1;
    if (previous >= 0 && !this.isOver(previous)) return this.dissolve(row);
    const words = this.index.rows.page(row);
    const base = this.index.rows.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) & ~TENTATIVE;
    this.finishPrevious(previous);
    return row;
  }

  private isOver(row: number): boolean {
    if (this.rows.isRegular(row)) return true;
    const { final } = replay(this.rows.read(row, this.now), this.profile);
    const over = (state: string): boolean => state === 'CLOSED' || state === 'TIME_WAIT';
    return over(final.client) && over(final.server);
  }

  private enqueue(row: number, since: number): void {
    if (this.rows.bits(row) & QUEUED) return;
    this.rows.setBits(row, this.rows.bits(row) | QUEUED);
    this.queue.add(row, this.rows.word(row, ID), since + this.silence);
  }

  /** Hands out connections that were closed on both sides and silent for 2MSL. */
  private sweep(): void {
    const waiting = this.queue.take(this.now);
    const over: number[] = [];
    for (let at = 0; at < waiting.length; at += 2) {
      const row = waiting[at] ?? 0;
      const id = waiting[at + 1] ?? 0;
      if (this.rows.word(row, ID) !== id || (this.rows.bits(row) & QUEUED) === 0) continue;
      const last = this.index.rows.doublePage(row)[(this.index.rows.base(row) + END) >> 1] ?? 0;
      if (this.now - last <= this.silence) this.queue.add(row, id, last + this.silence);
      else if (this.index.has(row) && (this.rows.bits(row) & TENTATIVE) === 0 && this.isOver(row))
        over.push(row);
      else this.rows.setBits(row, this.rows.bits(row) & ~QUEUED);
    }
    if (over.length === 0) return;
    this.moment.phase = SWEEP;
    for (const row of this.rows.byId(over)) {
      this.moment.root = this.rows.word(row, ID);
      this.index.remove(row);
      this.finish(row);
    }
    this.moment.phase = SEGMENT;
  }

  private finishPrevious(row: number): void {
    if (row < 0) return;
    const previous = this.rows.word(row, PREVIOUS) - 1;
    if (previous < 0) return;
    this.index.rows.page(row)[this.index.rows.base(row) + PREVIOUS] = 0;
    this.finish(previous, true);
  }

  /** Hands out a row, the incarnation before it first, and releases its memory. */
  private finish(row: number, followed = false): void {
    this.finishPrevious(row);
    if (this.onRegular && !followed && this.rows.readRegular(row, this.now, this.regular)) {
      this.rows.forget(row);
      this.onRegular(this.regular);
    } else {
      const flow = this.rows.read(row, this.now, followed);
      this.rows.forget(row);
      this.onFlow(flow);
    }
  }

  private fitsRow(row: number, direction: number, segment: Segment): boolean {
    return row >= 0 && fits(this.index.rows.page(row), this.index.rows.base(row), direction, segment);
  }

  private fitsExactly(row: number, direction: number, segment: Segment): boolean {
    return row >= 0 && continues(this.index.rows.page(row), this.index.rows.base(row), direction, segment);
  }

  private repeatsOld(row: number, direction: number, segment: Segment): boolean {
    return repeatsSynAck(this.index.rows.page(row), this.index.rows.base(row), direction, segment);
  }
}
