import { ACK, RST, type Segment, SYN } from '../decode/segment.ts';
import type { Profile } from '../machine/profile.ts';
import { type Replay, replay } from '../machine/replay.ts';
import type { State } from '../machine/state.ts';
import type { Flow } from './flow.ts';
import { createKey, type FlowKey, readKey, writeKey } from './flow-key.ts';
import {
  answersSyn,
  continues,
  fits,
  goesOnFromSyn,
  isAnotherSyn,
  isForeign,
  isSynBehindReset,
  opensAnew,
  refusesSyn,
  repeatsSynAck,
  roleBits,
} from './incarnation.ts';
import { takeLeg } from './legs.ts';
import type { LiveRows } from './live-rows.ts';
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
  ISN,
  LAST_FRAME,
  PREVIOUS,
  PREVIOUS_ID,
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
import type { SegmentIntake } from './segment-intake.ts';
import type { OptionNumbers } from './segment-options.ts';

/** What the table does for its incarnations. */
interface Table {
  /** Time of the segment at hand, nanoseconds. */
  readonly now: number;
  newId(): number;
  /** Hands out a row; `followed` when another incarnation follows. */
  finish(row: number, followed: boolean): void;
}

/** A connection that is over, with what the model made of it. */
export interface Over {
  readonly flow: Flow;
  readonly replayed: Replay;
}

/** Finds the incarnation of a 4-tuple that a segment belongs to, and opens new ones: full rows (docs/ARCHITECTURE.md, Incarnations). */
export class Incarnations {
  private readonly table: Table;
  private readonly rows: LiveRows;
  private readonly intake: SegmentIntake;
  private readonly key: FlowKey = createKey();
  private readonly profile: Profile;

  constructor(table: Table, rows: LiveRows, intake: SegmentIntake, profile: Profile) {
    this.table = table;
    this.rows = rows;
    this.intake = intake;
    this.profile = profile;
  }

  /** A row for a connection of this number whose first segment this is; the caller enters it into the index. */
  begin(key: FlowKey, id: number, segment: Segment, direction: number): number {
    const row = this.rows.full.take();
    const words = this.rows.full.page(row);
    const doubles = this.rows.full.doublePage(row);
    const base = this.rows.full.base(row);
    writeKey(key, words, base);
    words[base + ID] = id;
    words[base + INCARNATION] = 1;
    words[base + FIRST_FRAME] = segment.frame;
    doubles[(base + START) >> 1] = segment.time;
    doubles[(base + END) >> 1] = segment.time;
    words[base + BITS] = (segment.ipVersion === 6 ? IPV6 : 0) | roleBits(segment, direction);
    return row;
  }

  /** The same for a new connection; `previous`: the incarnation before it, -1 for none. */
  create(segment: Segment, direction: number, previous: number): number {
    readKey(this.key, segment);
    const row = this.begin(this.key, this.table.newId(), segment, direction);
    if (previous < 0) return row;
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    words[base + PREVIOUS] = previous + 1;
    words[base + PREVIOUS_ID] = this.rows.word(previous, ID) + 1;
    words[base + INCARNATION] = this.rows.word(previous, INCARNATION) + 1;
    return row;
  }

  /**
   * Which incarnation of the 4-tuple that `newest` leads to a segment belongs to (docs/ARCHITECTURE.md, Incarnations); -1 where it is a
   * copy that is left out.
   */
  of(newest: number, direction: number, segment: Segment, options: OptionNumbers): number {
    const words = this.rows.full.page(newest);
    const doubles = this.rows.full.doublePage(newest);
    const base = this.rows.full.base(newest);
    if (takeLeg(words, doubles, base, this.rows.log, direction, segment, options)) {
      return this.place(newest, direction, segment);
    }
    this.intake.leaveOut(words, doubles, base, segment);
    return -1;
  }

  private place(newest: number, direction: number, segment: Segment): number {
    const words = this.rows.full.page(newest);
    const base = this.rows.full.base(newest);
    const bits = words[base + BITS] ?? 0;
    if (bits & TENTATIVE) return this.placeTentative(newest, direction, segment);
    if (isAnotherSyn(words, base, direction, segment))
      return this.open(newest, direction, segment, TENTATIVE);
    if (isSynBehindReset(words, base, direction, segment) && this.isOver(newest)) {
      return this.open(newest, direction, segment, TENTATIVE);
    }
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
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    const previous = (words[base + PREVIOUS] ?? 0) - 1;
    const own = words[base + SENT + direction * DIRECTION + SENT_BITS] ?? 0;
    if (own & SYN_SEEN) {
      if (isAnotherSyn(words, base, direction, segment)) {
        return this.place(this.settleUnanswered(row), direction, segment);
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
    // The server had not got the RST: it is the same attempt.
    if (
      previous >= 0 &&
      this.hasSameSyn(row, previous, direction) &&
      this.repeatsOld(previous, direction, segment)
    )
      return this.dissolve(row);
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
    this.rows.index.replace(previous + 1, row);
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) | bit;
    return row;
  }

  /** The 4-tuple is open anew: `row` is the next incarnation, and the one before the old one is final. */
  private confirm(row: number, frame: number, time: number, by: number): void {
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) & ~TENTATIVE;
    const old = (words[base + PREVIOUS] ?? 0) - 1;
    if (old < 0) return;
    const oldWords = this.rows.full.page(old);
    const oldDoubles = this.rows.full.doublePage(old);
    const oldBase = this.rows.full.base(old);
    // What it sent last tells whether the capture lacks something of its end.
    if ((oldWords[oldBase + BITS] ?? 0) & SYNCHRONIZED) this.intake.context(oldWords, oldDoubles, oldBase);
    oldWords[oldBase + REOPENED_FRAME] = frame || (words[base + FIRST_FRAME] ?? 0);
    oldDoubles[(oldBase + REOPENED_TIME) >> 1] =
      time || (this.rows.full.doublePage(row)[(base + START) >> 1] ?? 0);
    oldDoubles[(oldBase + REOPENED_BY) >> 1] = by;
    oldWords[oldBase + BITS] =
      (oldWords[oldBase + BITS] ?? 0) |
      REOPENING_ANSWERED |
      ((words[base + BITS] ?? 0) & CLIENT_IS_B ? REOPENED_BY_B : 0);
    this.finishPrevious(old);
  }

  /** The SYN was the old connection's after all: its segments go back there. */
  private dissolve(row: number): number {
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    const old = (words[base + PREVIOUS] ?? 0) - 1;
    const oldWords = this.rows.full.page(old);
    const oldDoubles = this.rows.full.doublePage(old);
    const oldBase = this.rows.full.base(old);
    this.intake.context(oldWords, oldDoubles, oldBase);
    oldWords[oldBase + BITS] = (oldWords[oldBase + BITS] ?? 0) | CLOSING | SYNCHRONIZED;
    this.rows.log.move(words, base, oldWords, oldBase, (entry) => {
      const sent = oldBase + SENT + entry.direction * DIRECTION;
      entry.front = oldWords[sent + FRONT] ?? 0;
      entry.highBefore = oldWords[sent + HIGH] ?? 0;
    });
    oldWords[oldBase + COUNT] = (oldWords[oldBase + COUNT] ?? 0) + (words[base + COUNT] ?? 0);
    oldWords[oldBase + LAST_FRAME] = words[base + LAST_FRAME] ?? 0;
    oldDoubles[(oldBase + END) >> 1] = this.rows.full.doublePage(row)[(base + END) >> 1] ?? 0;
    this.rows.index.replace(row + 1, old);
    this.rows.errors.move(words[base + ID] ?? -1, oldWords[oldBase + ID] ?? -1);
    this.rows.full.release(row);
    return old;
  }

  /** A SYN without an answer is a new connection's if the old one was over, else the old one's. */
  settleUnanswered(row: number): number {
    const previous = this.rows.word(row, PREVIOUS) - 1;
    if (previous >= 0 && !this.isOver(previous)) return this.dissolve(row);
    const words = this.rows.full.page(row);
    const base = this.rows.full.base(row);
    words[base + BITS] = (words[base + BITS] ?? 0) & ~TENTATIVE;
    this.finishPrevious(previous);
    return row;
  }

  isOver(row: number): boolean {
    return this.rows.isRegular(row) || this.readOver(row) !== null;
  }

  /** The connection and its replay, where both sides are closed or in TIME_WAIT; null where it goes on. */
  readOver(row: number): Over | null {
    const flow = this.rows.read(row, this.table.now);
    const replayed = replay(flow, this.profile);
    const over = (state: State): boolean => state === 'CLOSED' || state === 'TIME_WAIT';
    return over(replayed.final.client) && over(replayed.final.server) ? { flow, replayed } : null;
  }

  /** Hands out the incarnation before this one. */
  finishPrevious(row: number): void {
    if (row < 0) return;
    const previous = this.rows.word(row, PREVIOUS) - 1;
    if (previous < 0) return;
    this.rows.full.page(row)[this.rows.full.base(row) + PREVIOUS] = 0;
    this.table.finish(previous, true);
  }

  private fitsRow(row: number, direction: number, segment: Segment): boolean {
    return row >= 0 && fits(this.rows.full.page(row), this.rows.full.base(row), direction, segment);
  }

  private fitsExactly(row: number, direction: number, segment: Segment): boolean {
    return row >= 0 && continues(this.rows.full.page(row), this.rows.full.base(row), direction, segment);
  }

  /** Both incarnations begin with the same SYN of the peer of `direction`. */
  private hasSameSyn(row: number, previous: number, direction: number): boolean {
    const isn = SENT + (1 - direction) * DIRECTION + ISN;
    return this.rows.word(row, isn) === this.rows.word(previous, isn);
  }

  private repeatsOld(row: number, direction: number, segment: Segment): boolean {
    return repeatsSynAck(this.rows.full.page(row), this.rows.full.base(row), direction, segment);
  }
}
