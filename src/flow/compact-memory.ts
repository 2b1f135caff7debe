import type { Segment } from '../decode/segment.ts';
import { FIN, SYN } from '../decode/segment.ts';
import { type CompactCore, releaseCore } from './compact-core.ts';
import {
  ANNOUNCED,
  APART,
  AT_ACK,
  AT_ECHO,
  AT_FRAME,
  AT_META,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  COUNT_MASK,
  ENDS,
  HAS_TIMESTAMPS,
  HIGH_BITS,
  IS_IPV6,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  MOST_SEGMENTS,
  NEXT_SEQ,
  OPENER_IS_B,
  PLACES,
  SENT_BY_B,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
} from './compact-row.ts';
import type { CompactSegments } from './compact-segments.ts';
import { type FlowKey, loadCompactKey } from './flow-key.ts';
import type { OptionNumbers } from './segment-options.ts';

/** How many times the low word of a time counts. */
const WHOLE = 2 ** 32;

/** The memory of compact rows, and of their segments in the journal, as this side reads it. */
export class CompactMemory {
  protected readonly core: CompactCore;
  /** All of the memory; {@link refresh} after whatever may let it grow. */
  protected words!: Int32Array;
  protected doubles!: Float64Array;
  /** Sequence numbers of the segments of the row at hand. */
  private readonly seqs = new Int32Array(MOST_SEGMENTS);

  constructor(core: CompactCore) {
    this.core = core;
    this.refresh();
  }

  word(row: number, offset: number): number {
    return this.words[baseOf(row) + offset] ?? 0;
  }

  set(row: number, offset: number, word: number): void {
    this.words[baseOf(row) + offset] = word;
  }

  /** Fills a key from a row. */
  loadKey(key: FlowKey, row: number): void {
    loadCompactKey(key, this.words, baseOf(row), baseOf(row) + APART);
  }

  /** Time of its last segment. */
  lastTime(row: number): number {
    const { words } = this;
    const base = baseOf(row);
    const high = ((words[base + STATUS] ?? 0) >>> LAST_HIGH_SHIFT) & HIGH_BITS;
    return startOf(words, base) + joined(high, words[base + LAST_TIME] ?? 0);
  }

  /** Hands out the segments in their order; both objects are filled over and over. */
  replay(row: number, segment: Segment, options: OptionNumbers, take: (direction: 0 | 1) => void): void {
    const { words, seqs } = this;
    const base = baseOf(row);
    const status = words[base + STATUS] ?? 0;
    const started = startOf(words, base);
    const count = this.findSegments(row);
    segment.ipVersion = status & IS_IPV6 ? 6 : 4;
    segment.optionsCut = false;
    for (let index = 0; index < count; index++) {
      const at = this.segmentAt(index);
      const meta = words[at + AT_META] ?? 0;
      const direction = meta & SENT_BY_B ? 1 : 0;
      const announced = words[base + ANNOUNCED + direction] ?? 0;
      segment.time = started + timeAt(words, at);
      segment.frame = words[at + AT_FRAME] ?? 0;
      segment.seq = seqs[index] ?? 0;
      segment.ack = words[at + AT_ACK] ?? 0;
      segment.flags = meta & 0xff;
      segment.window = (words[at + AT_WINDOW_LENGTH] ?? 0) >>> 16;
      segment.length = (words[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      segment.ttl = announced >>> 24;
      segment.ipId = status & IS_IPV6 ? -1 : meta >>> 16;
      options.timed = (meta & HAS_TIMESTAMPS) !== 0;
      options.timestamp = words[at + AT_TIMESTAMP] ?? 0;
      options.echo = words[at + AT_ECHO] ?? 0;
      options.announced = segment.flags & SYN ? announced & 0xff_ffff : 0;
      take(direction);
    }
  }

  /** Fills `into` with the segments in their order. */
  readSegments(row: number, into: CompactSegments): void {
    const { words, seqs } = this;
    const base = baseOf(row);
    const status = words[base + STATUS] ?? 0;
    const ports = words[base + ENDS] ?? 0;
    const started = startOf(words, base);
    const serverIsB = (status & OPENER_IS_B) === 0;
    into.count = this.findSegments(row);
    into.clientPort = serverIsB ? ports >>> 16 : ports & 0xffff;
    for (let index = 0; index < into.count; index++) {
      const at = this.segmentAt(index);
      const meta = words[at + AT_META] ?? 0;
      into.frames[index] = words[at + AT_FRAME] ?? 0;
      into.times[index] = started + timeAt(words, at);
      into.flags[index] = meta & 0xff;
      into.seqs[index] = seqs[index] ?? 0;
      into.acks[index] = words[at + AT_ACK] ?? 0;
      into.lengths[index] = (words[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      into.fromServer[index] = ((meta & SENT_BY_B) !== 0) === serverIsB ? 1 : 0;
    }
  }

  /** Releases a row that is not in the index. */
  release(row: number): void {
    this.core.release(row);
  }

  /** Everything was read; nothing may be asked of this any more. */
  close(): void {
    releaseCore(this.core);
  }

  /** The memory has grown where what was seen of it is gone. */
  protected refresh(): void {
    if (this.words !== undefined && this.words.length > 0) return;
    this.words = new Int32Array(this.core.memory.buffer);
    this.doubles = new Float64Array(this.core.memory.buffer);
  }

  /** Finds the segments, whose places stand at {@link PLACES} then, and their {@link seqs}. Returns how many there are. */
  private findSegments(row: number): number {
    const { words, seqs } = this;
    const base = baseOf(row);
    const count = (words[base + STATUS] ?? 0) & COUNT_MASK;
    let nextOfA = words[base + NEXT_SEQ] ?? 0;
    let nextOfB = words[base + NEXT_SEQ + 1] ?? 0;
    this.core.listPlaces(row);
    for (let index = count - 1; index >= 0; index--) {
      const at = this.segmentAt(index);
      const meta = words[at + AT_META] ?? 0;
      const numbers = ((words[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff) + (meta & (SYN | FIN) ? 1 : 0);
      if (meta & SENT_BY_B) {
        nextOfB = (nextOfB - numbers) | 0;
        seqs[index] = nextOfB;
      } else {
        nextOfA = (nextOfA - numbers) | 0;
        seqs[index] = nextOfA;
      }
    }
    return count;
  }

  /** Where a segment begins, of those that were found last. */
  private segmentAt(index: number): number {
    return (this.words[(PLACES >> 2) + index] ?? 0) << 3;
  }
}

/** Where a row begins, in words. */
export function baseOf(row: number): number {
  return row << 4;
}

/** The time whose low 32 bits are `low`, and that has `high` times {@link WHOLE} more. */
function joined(high: number, low: number): number {
  return high * WHOLE + (low >>> 0);
}

/** Time of the first segment, nanoseconds since the capture's first record. */
function startOf(words: Int32Array, base: number): number {
  return joined(words[base + STARTED + 1] ?? 0, words[base + STARTED] ?? 0);
}

/** Nanoseconds of a segment in the journal since its connection's first. */
function timeAt(words: Int32Array, at: number): number {
  const high = ((words[at + AT_META] ?? 0) >>> TIME_HIGH_SHIFT) & HIGH_BITS;
  return joined(high, words[at + AT_TIME] ?? 0);
}
