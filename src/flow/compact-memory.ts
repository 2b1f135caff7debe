import type { Segment } from '../decode/segment.ts';
import { ACK, FIN, SYN } from '../decode/segment.ts';
import {
  ANNOUNCED,
  AT_ACK,
  AT_BEFORE,
  AT_ECHO,
  AT_FRAME,
  AT_META,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  COMPACT_REST,
  COMPACT_ROW,
  COUNT_MASK,
  ENDS,
  FIRST,
  HAS_TIMESTAMPS,
  IS_IPV6,
  LAST,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  MOST_SEGMENTS,
  NEXT_SEQ,
  NUMBER,
  OPENER_IS_B,
  SEGMENT_WORDS,
  SENT_BY_B,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
} from './compact-row.ts';
import type { CompactSegments } from './compact-segments.ts';
import { type FlowKey, loadCompactKey } from './flow-key.ts';
import { Journal } from './journal.ts';
import { Pages } from './pages.ts';
import type { OptionNumbers } from './segment-options.ts';

/** How many times the low word of a time counts. */
export const WHOLE: number = 2 ** 32;
const HIGH_BITS = 63;

/** The memory of compact rows, and of their segments in the journal. */
export class CompactMemory {
  readonly rows: Pages = new Pages(COMPACT_ROW, COMPACT_REST);
  readonly journal: Journal = new Journal();
  /** Of the row at hand: the places of its segments and their sequence numbers. */
  private readonly places = new Int32Array(MOST_SEGMENTS);
  private readonly seqs = new Int32Array(MOST_SEGMENTS);

  word(row: number, offset: number): number {
    return this.rows.page(row)[this.rows.base(row) + offset] ?? 0;
  }

  set(row: number, offset: number, word: number): void {
    this.rows.page(row)[this.rows.base(row) + offset] = word;
  }

  /** Fills a key from a row. */
  loadKey(key: FlowKey, row: number): void {
    loadCompactKey(key, this.rows.page(row), this.rows.base(row), this.rows.second(row));
  }

  /** Time of its last segment. */
  lastTime(row: number): number {
    return lastTimeOf(this.rows.page(row), this.rows.base(row));
  }

  /** Hands out the segments in their order; both objects are filled over and over. */
  replay(row: number, segment: Segment, options: OptionNumbers, take: (direction: 0 | 1) => void): void {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const started = startOf(words, base);
    const count = this.find(words, base);
    segment.ipVersion = status & IS_IPV6 ? 6 : 4;
    segment.optionsCut = false;
    for (let index = 0; index < count; index++) {
      const place = this.places[index] ?? 0;
      const page = this.journal.page(place);
      const at = this.journal.base(place);
      const meta = page[at + AT_META] ?? 0;
      const direction = meta & SENT_BY_B ? 1 : 0;
      const announced = words[base + ANNOUNCED + direction] ?? 0;
      segment.time = started + timeAt(page, at);
      segment.frame = page[at + AT_FRAME] ?? 0;
      segment.seq = this.seqs[index] ?? 0;
      segment.ack = page[at + AT_ACK] ?? 0;
      segment.flags = meta & 0xff;
      segment.window = (page[at + AT_WINDOW_LENGTH] ?? 0) >>> 16;
      segment.length = (page[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      segment.ttl = announced >>> 24;
      segment.ipId = status & IS_IPV6 ? -1 : meta >>> 16;
      options.timed = (meta & HAS_TIMESTAMPS) !== 0;
      options.timestamp = page[at + AT_TIMESTAMP] ?? 0;
      options.echo = page[at + AT_ECHO] ?? 0;
      options.announced = segment.flags & SYN ? announced & 0xff_ffff : 0;
      take(direction);
    }
  }

  /** Fills `into` with the segments in their order. */
  readSegments(row: number, into: CompactSegments): void {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const ports = words[base + ENDS] ?? 0;
    const started = startOf(words, base);
    const serverIsB = (status & OPENER_IS_B) === 0;
    into.count = this.find(words, base);
    into.clientPort = serverIsB ? ports >>> 16 : ports & 0xffff;
    for (let index = 0; index < into.count; index++) {
      const place = this.places[index] ?? 0;
      const page = this.journal.page(place);
      const at = this.journal.base(place);
      const meta = page[at + AT_META] ?? 0;
      into.frames[index] = page[at + AT_FRAME] ?? 0;
      into.times[index] = started + timeAt(page, at);
      into.flags[index] = meta & 0xff;
      into.seqs[index] = this.seqs[index] ?? 0;
      into.acks[index] = page[at + AT_ACK] ?? 0;
      into.lengths[index] = (page[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      into.fromServer[index] = ((meta & SENT_BY_B) !== 0) === serverIsB ? 1 : 0;
    }
  }

  release(row: number): void {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const rest = this.rows.second(row);
    words[base + NUMBER] = -1;
    this.journal.release(words[rest + FIRST] ?? 0, (words[base + STATUS] ?? 0) & COUNT_MASK);
    words[rest + FIRST] = -1;
    this.rows.release(row);
  }

  /**
   * Writes a segment behind those that are there, and its time into the row.
   *
   * @param status of the row behind it
   * @param before place of the one before it; of the first, the row
   * @param stamped where its timestamps stand, -1 where there are none
   * @param high of the time since the first: times {@link WHOLE}
   * @param low the rest of it
   */
  protected store(
    words: Int32Array,
    base: number,
    status: number,
    before: number,
    direction: number,
    segment: Segment,
    stamped: number,
    high: number,
    low: number,
  ): void {
    const { journal } = this;
    const { view } = segment;
    const place = journal.open();
    const { tail, at } = journal;
    tail[at + AT_BEFORE] = before;
    tail[at + AT_ACK] = segment.ack;
    tail[at + AT_TIMESTAMP] = stamped < 0 ? 0 : view.getInt32(stamped);
    tail[at + AT_ECHO] = stamped < 0 ? 0 : view.getInt32(stamped + 4);
    tail[at + AT_FRAME] = segment.frame;
    tail[at + AT_TIME] = low;
    tail[at + AT_WINDOW_LENGTH] = (segment.window << 16) | segment.length;
    tail[at + AT_META] =
      segment.flags |
      (direction === 1 ? SENT_BY_B : 0) |
      (stamped < 0 ? 0 : HAS_TIMESTAMPS) |
      (high << TIME_HIGH_SHIFT) |
      (segment.ipId << 16);
    words[base + STATUS] = (status & ~(HIGH_BITS << LAST_HIGH_SHIFT)) | (high << LAST_HIGH_SHIFT);
    words[base + LAST] = place;
    words[base + LAST_TIME] = low;
  }

  /** Connections that began in the journal's oldest page, and are why it is kept, go on behind its newest. */
  protected renew(): void {
    const { first, count } = this.journal.oldest();
    const page = this.journal.page(first);
    for (let place = first; place < first + count; place++) {
      const at = this.journal.base(place);
      if (((page[at + AT_META] ?? 0) & (SYN | ACK)) !== SYN) continue;
      const row = page[at + AT_BEFORE] ?? 0;
      const words = this.rows.page(row);
      if (words[this.rows.second(row) + FIRST] === place) this.writeAgain(row);
    }
  }

  private writeAgain(row: number): void {
    const { journal, places } = this;
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const rest = this.rows.second(row);
    const count = this.find(words, base);
    const old = words[rest + FIRST] ?? 0;
    let before = row;
    for (let index = 0; index < count; index++) {
      const from = journal.page(places[index] ?? 0);
      const start = journal.base(places[index] ?? 0);
      const place = journal.open();
      journal.tail.set(from.subarray(start, start + SEGMENT_WORDS), journal.at);
      journal.tail[journal.at + AT_BEFORE] = before;
      if (index === 0) {
        words[rest + FIRST] = place;
        journal.begin(place);
      }
      before = place;
    }
    words[base + LAST] = before;
    journal.release(old, count);
  }

  /** Fills {@link places} and {@link seqs} from the last segment to the first. Returns how many there are. */
  private find(words: Int32Array, base: number): number {
    const { journal, places, seqs } = this;
    const count = (words[base + STATUS] ?? 0) & COUNT_MASK;
    let place = words[base + LAST] ?? 0;
    let nextOfA = words[base + NEXT_SEQ] ?? 0;
    let nextOfB = words[base + NEXT_SEQ + 1] ?? 0;
    for (let index = count - 1; index >= 0; index--) {
      const page = journal.page(place);
      const at = journal.base(place);
      const meta = page[at + AT_META] ?? 0;
      const numbers = ((page[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff) + (meta & (SYN | FIN) ? 1 : 0);
      if (meta & SENT_BY_B) {
        nextOfB = (nextOfB - numbers) | 0;
        seqs[index] = nextOfB;
      } else {
        nextOfA = (nextOfA - numbers) | 0;
        seqs[index] = nextOfA;
      }
      places[index] = place;
      place = page[at + AT_BEFORE] ?? 0;
    }
    return count;
  }
}

/** The time whose low 32 bits are `low`, and that has `high` times {@link WHOLE} more. */
export function joined(high: number, low: number): number {
  return high * WHOLE + (low >>> 0);
}

/** Time of the first segment, nanoseconds since the capture's first record. */
export function startOf(words: Int32Array, base: number): number {
  return joined(words[base + STARTED + 1] ?? 0, words[base + STARTED] ?? 0);
}

/** Time of the last segment. */
export function lastTimeOf(words: Int32Array, base: number): number {
  const high = ((words[base + STATUS] ?? 0) >>> LAST_HIGH_SHIFT) & HIGH_BITS;
  return startOf(words, base) + joined(high, words[base + LAST_TIME] ?? 0);
}

/** Nanoseconds of a segment in the journal since its connection's first. */
export function timeAt(page: Int32Array, at: number): number {
  const high = ((page[at + AT_META] ?? 0) >>> TIME_HIGH_SHIFT) & HIGH_BITS;
  return joined(high, page[at + AT_TIME] ?? 0);
}
