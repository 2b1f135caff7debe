import type { Segment } from '../decode/segment.ts';
import { SYN } from '../decode/segment.ts';
import {
  ANNOUNCED,
  AT_ACK,
  AT_ECHO,
  AT_FRAME,
  AT_META,
  AT_SEQ,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  CHUNK,
  CHUNK_SEGMENTS,
  CHUNKS,
  COMPACT_ROW,
  COUNT_MASK,
  ENDS,
  FIRST_SEGMENTS,
  HAS_TIMESTAMPS,
  IS_IPV6,
  MOST_CHUNKS,
  NUMBER,
  OPENER_IS_B,
  SEGMENT_WORDS,
  SEGMENTS,
  SENT_BY_B,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
} from './compact-row.ts';
import type { CompactSegments } from './compact-segments.ts';
import { Pages } from './pages.ts';
import type { OptionNumbers } from './segment-options.ts';

/** How many times the low word of a time counts. */
export const WHOLE: number = 2 ** 32;

/** The memory of compact rows and of their segments: the first in the row, the others in chunks. */
export class CompactMemory {
  readonly rows: Pages = new Pages(COMPACT_ROW);
  private readonly chunks = new Pages(CHUNK);

  word(row: number, offset: number): number {
    return this.rows.page(row)[this.rows.base(row) + offset] ?? 0;
  }

  set(row: number, offset: number, word: number): void {
    this.rows.page(row)[this.rows.base(row) + offset] = word;
  }

  /** Time of its last segment. */
  lastTime(row: number): number {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    return this.timeOf(words, base, ((words[base + STATUS] ?? 0) & COUNT_MASK) - 1);
  }

  /** Hands out the segments in their order; both objects are filled over and over. */
  replay(row: number, segment: Segment, options: OptionNumbers, take: (direction: 0 | 1) => void): void {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    segment.ipVersion = status & IS_IPV6 ? 6 : 4;
    segment.optionsCut = false;
    for (let index = 0; index < (status & COUNT_MASK); index++) {
      segment.time = this.timeOf(words, base, index);
      const page = this.pageOf(words, base, index);
      const at = this.placeOf(words, base, index);
      const meta = page[at + AT_META] ?? 0;
      const direction = meta & SENT_BY_B ? 1 : 0;
      const announced = words[base + ANNOUNCED + direction] ?? 0;
      segment.frame = page[at + AT_FRAME] ?? 0;
      segment.seq = page[at + AT_SEQ] ?? 0;
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
    const serverIsB = (status & OPENER_IS_B) === 0;
    into.count = status & COUNT_MASK;
    into.clientPort = serverIsB ? ports >>> 16 : ports & 0xffff;
    for (let index = 0; index < into.count; index++) {
      const page = this.pageOf(words, base, index);
      const at = this.placeOf(words, base, index);
      const meta = page[at + AT_META] ?? 0;
      into.frames[index] = page[at + AT_FRAME] ?? 0;
      into.times[index] = this.timeOf(words, base, index);
      into.flags[index] = meta & 0xff;
      into.seqs[index] = page[at + AT_SEQ] ?? 0;
      into.acks[index] = page[at + AT_ACK] ?? 0;
      into.lengths[index] = (page[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      into.fromServer[index] = ((meta & SENT_BY_B) !== 0) === serverIsB ? 1 : 0;
    }
  }

  release(row: number): void {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    words[base + NUMBER] = -1;
    for (let link = CHUNKS; link < CHUNKS + MOST_CHUNKS; link++) {
      const chunk = words[base + link] ?? 0;
      if (chunk === 0) break;
      this.chunks.release(chunk - 1);
    }
    this.rows.release(row);
  }

  /** Puts a segment behind those that are there; false where its time cannot be held. */
  protected store(
    words: Int32Array,
    base: number,
    count: number,
    direction: number,
    segment: Segment,
    options: OptionNumbers,
    started: number,
  ): boolean {
    const since = segment.time - started;
    const high = Math.floor(since / WHOLE);
    const low = since | 0;
    if (high * WHOLE + (low >>> 0) !== since) return false;
    if (count >= FIRST_SEGMENTS && (count - FIRST_SEGMENTS) % CHUNK_SEGMENTS === 0) {
      words[base + CHUNKS + (count - FIRST_SEGMENTS) / CHUNK_SEGMENTS] = this.chunks.takeAsLeft() + 1;
    }
    const page = this.pageOf(words, base, count);
    const at = this.placeOf(words, base, count);
    page[at + AT_SEQ] = segment.seq;
    page[at + AT_ACK] = segment.ack;
    page[at + AT_TIMESTAMP] = options.timestamp;
    page[at + AT_ECHO] = options.echo;
    page[at + AT_FRAME] = segment.frame;
    page[at + AT_TIME] = low;
    page[at + AT_WINDOW_LENGTH] = (segment.window << 16) | segment.length;
    page[at + AT_META] =
      segment.flags |
      (direction === 1 ? SENT_BY_B : 0) |
      (options.timed ? HAS_TIMESTAMPS : 0) |
      (high << TIME_HIGH_SHIFT) |
      (segment.ipId << 16);
    return true;
  }

  /** The words that hold a segment, which begins at {@link placeOf}. */
  protected pageOf(words: Int32Array, base: number, index: number): Int32Array {
    return index < FIRST_SEGMENTS ? words : this.chunks.page(chunkOf(words, base, index));
  }

  protected placeOf(words: Int32Array, base: number, index: number): number {
    if (index < FIRST_SEGMENTS) return base + SEGMENTS + index * SEGMENT_WORDS;
    const place = (index - FIRST_SEGMENTS) % CHUNK_SEGMENTS;
    return this.chunks.base(chunkOf(words, base, index)) + place * SEGMENT_WORDS;
  }

  protected timeOf(words: Int32Array, base: number, index: number): number {
    const page = this.pageOf(words, base, index);
    const at = this.placeOf(words, base, index);
    const high = ((page[at + AT_META] ?? 0) >>> TIME_HIGH_SHIFT) & 63;
    return startOf(words, base) + high * WHOLE + ((page[at + AT_TIME] ?? 0) >>> 0);
  }
}

/** The chunk that holds a segment behind the first. */
function chunkOf(words: Int32Array, base: number, index: number): number {
  return (words[base + CHUNKS + (((index - FIRST_SEGMENTS) / CHUNK_SEGMENTS) | 0)] ?? 0) - 1;
}

/** Time of the first segment, nanoseconds since the capture's first record. */
export function startOf(words: Int32Array, base: number): number {
  return (words[base + STARTED + 1] ?? 0) * WHOLE + ((words[base + STARTED] ?? 0) >>> 0);
}
