import { ALERT, OTHER, UNKNOWN } from '../decode/content-codes.ts';
import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { Content, LoggedSegment } from '../machine/logged-segment.ts';
import { inSendingOrder } from '../machine/sending-order.ts';
import { latest } from '../machine/sequence.ts';
import type { Side } from '../machine/state.ts';
import {
  ACK_NUMBER,
  CONTENT_SHIFT,
  CUT,
  ECHO,
  FRAME,
  FROM_B,
  FRONT,
  HIGH_BEFORE,
  IDENTIFIED,
  LENGTH,
  MERGED,
  META,
  NEXT,
  PREVIOUS,
  SEQ,
  SIGNATURE,
  TIME,
  TIMED,
  TIMESTAMP,
  TTL_SHIFT,
  UNANSWERED,
  WIDTH,
  WINDOW_IPID,
  WRONG_SUM,
} from './log-layout.ts';
import { ChainPages } from './pages.ts';
import {
  DIRECTION,
  HIGH,
  LOG_COUNT,
  LOG_HEAD,
  LOG_HELD,
  LOG_HELD_COUNT,
  LOG_TAIL,
  SENT,
  UNLOGGED,
} from './row.ts';

/** A segment on its way into the log: its numbers and what was known of its sender at that moment. */
export interface LogEntry {
  frame: number;
  time: number;
  /** 0: sent by end `a`, 1: by end `b`. */
  direction: number;
  flags: number;
  seq: number;
  ack: number;
  length: number;
  window: number;
  ttl: number;
  ipId: number;
  hasTimestamp: boolean;
  timestamp: number;
  echo: number;
  optionsCut: boolean;
  signed: boolean;
  badChecksum: boolean;
  content: number;
  front: number;
  highBefore: number;
  unanswered: number;
}

const CONTENTS: Readonly<Record<number, Content>> = {
  [OTHER]: 'other',
  [ALERT]: 'alert',
  [UNKNOWN]: 'unknown',
};

/** Entries a connection keeps one by one; beyond, runs of bulk data within a closing share an entry. */
const KEPT = 256;
/** Entries a connection can have at all: beyond, the newest take the places of older ones, which are counted. */
const MOST = 2048;
/** The first entries, which are never dropped: the opening, and the beginning of the closing. */
const FIRST = 512;
/** How many are never dropped at most: a FIN behind the first ones is kept as well. */
const MOST_HELD = 1024;

/** The logged segments of all live connections, each connection's a linked list, in pages of typed memory. */
export class SegmentLog {
  /** For readers that know {@link import('./log-layout.ts')}. */
  readonly pages: ChainPages = new ChainPages(WIDTH);

  append(words: Int32Array, row: number, entry: LogEntry): void {
    const count = words[row + LOG_COUNT] ?? 0;
    if (count >= KEPT && this.merge(words, row, entry)) return;
    if (count >= MOST) this.dropOldest(words, row);
    const record = this.pages.take();
    const page = this.pages.page(record);
    const base = this.pages.base(record);
    this.store(page, this.pages.doublePage(record), base, entry);
    this.link(words, row, record, page, base);
  }

  /** Puts a record behind the last of a row. */
  private link(words: Int32Array, row: number, record: number, page: Int32Array, base: number): void {
    const tail = words[row + LOG_TAIL] ?? 0;
    if (tail === 0) words[row + LOG_HEAD] = record + 1;
    else this.pages.page(tail - 1)[this.pages.base(tail - 1) + NEXT] = record + 1;
    page[base + NEXT] = 0;
    page[base + PREVIOUS] = tail;
    words[row + LOG_TAIL] = record + 1;
    const count = (words[row + LOG_COUNT] ?? 0) + 1;
    words[row + LOG_COUNT] = count;
    if (count === FIRST) hold(words, row, record + 1, FIRST);
  }

  /**
   * Drops the oldest entry behind the held ones. A FIN that would be dropped is held instead, and so is its
   * first ACK.
   */
  private dropOldest(words: Int32Array, row: number): void {
    for (;;) {
      const held = words[row + LOG_HELD] ?? 0;
      const heldMeta = this.metaOf(held);
      const oldest = this.pages.page(held - 1)[this.pages.base(held - 1) + NEXT] ?? 0;
      const page = this.pages.page(oldest - 1);
      const base = this.pages.base(oldest - 1);
      const meta = page[base + META] ?? 0;
      const peer = row + SENT + (meta & FROM_B ? 0 : DIRECTION);
      const covers =
        (heldMeta & FIN) !== 0 &&
        (meta & (SYN | RST | ACK)) === ACK &&
        page[base + ACK_NUMBER] === words[peer + HIGH];
      const count = words[row + LOG_HELD_COUNT] ?? 0;
      if (((meta & (FIN | RST)) === FIN || covers) && count < MOST_HELD) {
        hold(words, row, oldest, count + 1);
        continue;
      }
      const next = page[base + NEXT] ?? 0;
      words[row + UNLOGGED] = (words[row + UNLOGGED] ?? 0) + 1 + (page[base + MERGED] ?? 0);
      this.pages.page(held - 1)[this.pages.base(held - 1) + NEXT] = next;
      this.pages.page(next - 1)[this.pages.base(next - 1) + PREVIOUS] = held;
      words[row + LOG_COUNT] = (words[row + LOG_COUNT] ?? 0) - 1;
      this.pages.release(oldest - 1);
      return;
    }
  }

  /** Frame of the newest entry of a row, 0 when it has none. */
  lastFrame(words: Int32Array, row: number): number {
    const tail = words[row + LOG_TAIL] ?? 0;
    return tail === 0 ? 0 : (this.pages.page(tail - 1)[this.pages.base(tail - 1) + FRAME] ?? 0);
  }

  /** The newest entry of a row is that of another frame, if it is that of `frame`. */
  replaceLast(words: Int32Array, row: number, frame: number, by: number): void {
    const tail = words[row + LOG_TAIL] ?? 0;
    if (tail === 0 || this.lastFrame(words, row) !== frame) return;
    this.pages.page(tail - 1)[this.pages.base(tail - 1) + FRAME] = by;
  }

  /** Adds to the numbers of all entries of one direction. */
  shift(words: Int32Array, row: number, direction: number, bySeq: number, byAck: number): void {
    for (const record of this.chain(words, row)) {
      const page = this.pages.page(record);
      const base = this.pages.base(record);
      const meta = page[base + META] ?? 0;
      if (((meta & FROM_B) !== 0) !== (direction === 1)) continue;
      for (const offset of [SEQ, FRONT, HIGH_BEFORE])
        page[base + offset] = (page[base + offset] ?? 0) + bySeq;
      if (meta & ACK) page[base + ACK_NUMBER] = (page[base + ACK_NUMBER] ?? 0) + byAck;
    }
  }

  /** Record numbers of a row's entries, in the order in which they were logged. */
  chain(words: Int32Array, row: number): number[] {
    const records: number[] = [];
    for (let at = words[row + LOG_HEAD] ?? 0; at !== 0; ) {
      records.push(at - 1);
      at = this.pages.page(at - 1)[this.pages.base(at - 1) + NEXT] ?? 0;
    }
    return records;
  }

  /** Appends an entry that was read out of memory word by word. */
  restore(words: Int32Array, row: number, entry: Int32Array): void {
    const record = this.pages.take();
    const page = this.pages.page(record);
    const base = this.pages.base(record);
    page.set(entry, base);
    this.link(words, row, record, page, base);
  }

  /**
   * Entries of a row in the order in which they were sent, as objects.
   *
   * @param clientIsB which end is the client
   * @param scaleA the window scale of end `a`
   */
  read(words: Int32Array, row: number, clientIsB: boolean, scaleA: number, scaleB: number): LoggedSegment[] {
    const segments: LoggedSegment[] = [];
    let isInOrder = true;
    let last = 0;
    for (let at = words[row + LOG_HEAD] ?? 0; at !== 0; ) {
      const page = this.pages.page(at - 1);
      const base = this.pages.base(at - 1);
      const isB = ((page[base + META] ?? 0) & FROM_B) !== 0;
      const time = this.pages.doublePage(at - 1)[(base + TIME) >> 1] ?? 0;
      const segment = readSegment(
        page,
        base,
        time,
        isB === clientIsB ? 'client' : 'server',
        isB ? scaleB : scaleA,
      );
      segments.push(segment);
      if (segment.frame < last) isInOrder = false;
      last = segment.frame;
      at = page[base + NEXT] ?? 0;
    }
    return inSendingOrder(isInOrder ? segments : segments.sort((a, b) => a.frame - b.frame));
  }

  /** Appends all entries of one row to another, with the sender's marks of the other, and empties the first. */
  move(
    from: Int32Array,
    fromRow: number,
    to: Int32Array,
    toRow: number,
    fix: (entry: LogEntry) => void,
  ): void {
    for (let at = from[fromRow + LOG_HEAD] ?? 0; at !== 0; ) {
      const entry = this.entry(at - 1);
      fix(entry);
      const next = this.pages.page(at - 1)[this.pages.base(at - 1) + NEXT] ?? 0;
      this.pages.release(at - 1);
      this.append(to, toRow, entry);
      at = next;
    }
    to[toRow + UNLOGGED] = (to[toRow + UNLOGGED] ?? 0) + (from[fromRow + UNLOGGED] ?? 0);
    from[fromRow + LOG_HEAD] = 0;
    from[fromRow + LOG_TAIL] = 0;
    from[fromRow + LOG_COUNT] = 0;
    hold(from, fromRow, 0, 0);
  }

  release(words: Int32Array, row: number): void {
    const head = words[row + LOG_HEAD] ?? 0;
    if (head !== 0) this.pages.releaseChain(head, words[row + LOG_TAIL] ?? 0);
  }

  /**
   * Lets a run of bulk data or pure ACKs share the entry of the sender's segment before it, when that one is of the
   * last two (so that data and its ACKs, in turn, stay two entries). What opens, closes or resets is never merged.
   */
  private merge(words: Int32Array, row: number, entry: LogEntry): boolean {
    if (entry.flags & (SYN | FIN | RST)) return false;
    const tail = words[row + LOG_TAIL] ?? 0;
    const before = this.bulkBefore(tail, entry) || this.bulkBefore(this.previous(tail), entry);
    if (before === 0) return false;
    const page = this.pages.page(before - 1);
    const base = this.pages.base(before - 1);
    const merged = (page[base + MERGED] ?? 0) + 1;
    const seq = page[base + SEQ] ?? 0;
    const length = (latest((seq + (page[base + LENGTH] ?? 0)) | 0, (entry.seq + entry.length) | 0) - seq) | 0;
    const highBefore = page[base + HIGH_BEFORE] ?? 0;
    const next = page[base + NEXT] ?? 0;
    const previous = page[base + PREVIOUS] ?? 0;
    const content = bothContents(page, base, entry);
    this.store(page, this.pages.doublePage(before - 1), base, {
      ...entry,
      seq,
      length: Math.max(0, length),
      content,
      highBefore,
    });
    page[base + MERGED] = merged;
    page[base + NEXT] = next;
    page[base + PREVIOUS] = previous;
    return true;
  }

  /** `at` where that entry is bulk of the same sender, 0 where not. */
  private bulkBefore(at: number, entry: LogEntry): number {
    if (at === 0) return 0;
    const meta = this.metaOf(at);
    return (meta & (SYN | FIN | RST)) === 0 && ((meta & FROM_B) !== 0) === (entry.direction === 1) ? at : 0;
  }

  private metaOf(at: number): number {
    return this.pages.page(at - 1)[this.pages.base(at - 1) + META] ?? 0;
  }

  private previous(at: number): number {
    return at === 0 ? 0 : (this.pages.page(at - 1)[this.pages.base(at - 1) + PREVIOUS] ?? 0);
  }

  private store(page: Int32Array, doubles: Float64Array, base: number, entry: LogEntry): void {
    page[base + FRAME] = entry.frame;
    doubles[(base + TIME) >> 1] = entry.time;
    page[base + META] =
      entry.flags |
      (entry.direction === 1 ? FROM_B : 0) |
      (entry.hasTimestamp ? TIMED : 0) |
      (entry.optionsCut ? CUT : 0) |
      (entry.ipId >= 0 ? IDENTIFIED : 0) |
      (entry.badChecksum ? WRONG_SUM : 0) |
      (entry.signed ? SIGNATURE : 0) |
      (entry.content << CONTENT_SHIFT) |
      (entry.ttl << TTL_SHIFT);
    page[base + SEQ] = entry.seq;
    page[base + ACK_NUMBER] = entry.ack;
    page[base + LENGTH] = entry.length;
    page[base + WINDOW_IPID] = (entry.window << 16) | (entry.ipId & 0xffff);
    page[base + FRONT] = entry.front;
    page[base + HIGH_BEFORE] = entry.highBefore;
    page[base + TIMESTAMP] = entry.timestamp;
    page[base + ECHO] = entry.echo;
    page[base + UNANSWERED] = entry.unanswered;
    page[base + MERGED] = 0;
  }

  private entry(record: number): LogEntry {
    const page = this.pages.page(record);
    const base = this.pages.base(record);
    const word = (offset: number): number => page[base + offset] ?? 0;
    const meta = word(META);
    return {
      frame: word(FRAME),
      time: this.pages.doublePage(record)[(base + TIME) >> 1] ?? 0,
      direction: meta & FROM_B ? 1 : 0,
      flags: meta & 0xff,
      seq: word(SEQ),
      ack: word(ACK_NUMBER),
      length: word(LENGTH),
      window: word(WINDOW_IPID) >>> 16,
      ttl: (meta >>> TTL_SHIFT) & 0xff,
      ipId: meta & IDENTIFIED ? word(WINDOW_IPID) & 0xffff : -1,
      hasTimestamp: (meta & TIMED) !== 0,
      timestamp: word(TIMESTAMP),
      echo: word(ECHO),
      optionsCut: (meta & CUT) !== 0,
      signed: (meta & SIGNATURE) !== 0,
      badChecksum: (meta & WRONG_SUM) !== 0,
      content: (meta >>> CONTENT_SHIFT) & 3,
      front: word(FRONT),
      highBefore: word(HIGH_BEFORE),
      unanswered: word(UNANSWERED),
    };
  }
}

function readSegment(page: Int32Array, base: number, time: number, from: Side, scale: number): LoggedSegment {
  const meta = page[base + META] ?? 0;
  const timed = (meta & TIMED) !== 0;
  const windowIpId = page[base + WINDOW_IPID] ?? 0;
  const window = windowIpId >>> 16;
  return {
    frame: page[base + FRAME] ?? 0,
    time,
    from,
    flags: meta & 0xff,
    seq: page[base + SEQ] ?? 0,
    ack: page[base + ACK_NUMBER] ?? 0,
    length: page[base + LENGTH] ?? 0,
    window,
    windowBytes: meta & SYN ? window : window * 2 ** scale,
    ttl: (meta >>> TTL_SHIFT) & 0xff,
    ipId: meta & IDENTIFIED ? windowIpId & 0xffff : -1,
    timestamp: timed ? (page[base + TIMESTAMP] ?? 0) : null,
    timestampEcho: timed ? (page[base + ECHO] ?? 0) : null,
    optionsCut: (meta & CUT) !== 0,
    signed: (meta & SIGNATURE) !== 0,
    badChecksum: (meta & WRONG_SUM) !== 0,
    content: CONTENTS[(meta >>> CONTENT_SHIFT) & 3] ?? 'unknown',
    front: page[base + FRONT] ?? 0,
    highBefore: page[base + HIGH_BEFORE] ?? 0,
    unanswered: page[base + UNANSWERED] ?? 0,
    count: 1 + (page[base + MERGED] ?? 0),
  };
}

/** The entries up to this one, so many, are never dropped. */
function hold(words: Int32Array, row: number, entry: number, count: number): void {
  words[row + LOG_HELD] = entry;
  words[row + LOG_HELD_COUNT] = count;
}

/** What the payloads of an entry and of the segment that joins it are together: an alert only where both are. */
function bothContents(page: Int32Array, base: number, { length, content }: LogEntry): number {
  const before = ((page[base + META] ?? 0) >>> CONTENT_SHIFT) & 3;
  if ((page[base + LENGTH] ?? 0) === 0 || before === content) return content;
  if (length === 0) return before;
  return before === OTHER || content === OTHER ? OTHER : UNKNOWN;
}
