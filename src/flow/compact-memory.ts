import type { Segment } from '../decode/segment.ts';
import { SYN } from '../decode/segment.ts';
import { ABORT, OPEN } from './close-codes.ts';
import { type CompactCore, releaseCore } from './compact-core.ts';
import {
  ANNOUNCED,
  APART,
  AT_ACK,
  AT_ECHO,
  AT_FRAME,
  AT_META,
  AT_SEQ,
  AT_TIME,
  AT_TIMESTAMP,
  AT_WINDOW_LENGTH,
  CLOSER_IS_SERVER,
  COUNT_MASK,
  ENDS,
  HAS_TIMESTAMPS,
  HIGH_BITS,
  IS_IPV6,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  MOST_PARTS,
  OPENER_IS_B,
  PAGES,
  PART_ANSWERED,
  PART_BEFORE,
  PART_BITS,
  PART_CLIENT,
  PART_COVERED,
  PART_END,
  PART_FOUND,
  PART_KIND,
  PART_NUMBER,
  PART_ROW,
  PART_SERVER,
  PART_SERVER_PORT,
  PART_START,
  PART_STATUS,
  PARTS,
  SENT_BY_B,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
} from './compact-row.ts';
import type { CompactSegments } from './compact-segments.ts';
import { type FlowKey, loadCompactKey } from './flow-key.ts';
import type { RegularClose } from './regular-close.ts';
import type { OptionNumbers } from './segment-options.ts';

/** How many times the low word of a time counts. */
const WHOLE = 2 ** 32;

/** The memory of compact rows, and of their segments in the journal, as this side reads it. */
export class CompactMemory {
  protected readonly core: CompactCore;
  /** All of the memory; {@link refresh} after whatever may let it grow. */
  protected words: Int32Array = new Int32Array(0);
  protected doubles: Float64Array = new Float64Array(0);
  protected bytes: Uint8Array = new Uint8Array(0);
  private pages = 0;
  /** Parts that name a row, and how many of them have its segments. */
  private parts = 0;
  private gathered = 0;

  constructor(core: CompactCore) {
    this.core = core;
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
    const { words } = this;
    const base = baseOf(row);
    const status = words[base + STATUS] ?? 0;
    const started = startOf(words, base);
    const count = status & COUNT_MASK;
    const gathered = this.segmentsOf(row);
    segment.ipVersion = status & IS_IPV6 ? 6 : 4;
    segment.optionsCut = false;
    for (let index = 0; index < count; index++) {
      const at = gathered + (index << 3);
      const meta = words[at + AT_META] ?? 0;
      const direction = meta & SENT_BY_B ? 1 : 0;
      const announced = words[base + ANNOUNCED + direction] ?? 0;
      segment.time = started + timeAt(words, at);
      segment.frame = words[at + AT_FRAME] ?? 0;
      segment.seq = words[at + AT_SEQ] ?? 0;
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
    const { words } = this;
    const base = baseOf(row);
    const status = words[base + STATUS] ?? 0;
    const ports = words[base + ENDS] ?? 0;
    const started = startOf(words, base);
    const serverIsB = (status & OPENER_IS_B) === 0;
    into.count = status & COUNT_MASK;
    const gathered = this.segmentsOf(row);
    into.clientPort = serverIsB ? ports >>> 16 : ports & 0xffff;
    for (let index = 0; index < into.count; index++) {
      const at = gathered + (index << 3);
      const meta = words[at + AT_META] ?? 0;
      into.frames[index] = words[at + AT_FRAME] ?? 0;
      into.times[index] = started + timeAt(words, at);
      into.flags[index] = meta & 0xff;
      into.seqs[index] = words[at + AT_SEQ] ?? 0;
      into.acks[index] = words[at + AT_ACK] ?? 0;
      into.lengths[index] = (words[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      into.fromServer[index] = ((meta & SENT_BY_B) !== 0) === serverIsB ? 1 : 0;
    }
  }

  /** Looks at the first few of entries and their numbers, in turn. What is over and silent leaves the index. */
  sweep(entries: Int32Array, now: number, silence: number): void {
    this.setParts(entries);
    this.core.sweep(this.parts, now, silence);
  }

  /** The same at the end of a capture: what is over, and what is open. */
  settle(entries: Int32Array): void {
    this.setParts(entries);
    this.core.settle(this.parts);
  }

  /** Gathers the segments of what was looked at, which cost less together, until something is written. */
  gather(): void {
    this.core.gather(0, this.parts);
    this.gathered = this.parts;
  }

  /** What was found of the entry that was the `part`th when it was looked at. */
  found(part: number): number {
    return this.words[partAt(part) + PART_FOUND] ?? 0;
  }

  /** When its last segment came, where it is not gone. */
  foundEnd(part: number): number {
    return this.doubles[(partAt(part) + PART_END) >> 1] ?? 0;
  }

  /** Fills `close` where what was found is regular. `now`: what has been read up to. */
  readRegular(part: number, now: number, close: RegularClose): void {
    const { words, doubles } = this;
    const at = partAt(part);
    const bits = words[at + PART_STATUS] ?? 0;
    close.id = words[at + PART_NUMBER] ?? 0;
    close.ipv6 = (bits & IS_IPV6) !== 0;
    close.client0 = words[at + PART_CLIENT] ?? 0;
    close.client1 = words[at + PART_CLIENT + 1] ?? 0;
    close.client2 = words[at + PART_CLIENT + 2] ?? 0;
    close.client3 = words[at + PART_CLIENT + 3] ?? 0;
    close.server0 = words[at + PART_SERVER] ?? 0;
    close.server1 = words[at + PART_SERVER + 1] ?? 0;
    close.server2 = words[at + PART_SERVER + 2] ?? 0;
    close.server3 = words[at + PART_SERVER + 3] ?? 0;
    close.serverPort = words[at + PART_SERVER_PORT] ?? 0;
    close.kind = words[at + PART_KIND] ?? 0;
    close.byServer = (bits & CLOSER_IS_SERVER) !== 0;
    close.end = doubles[(at + PART_END) >> 1] ?? 0;
    close.until = Math.max(now, close.end);
    if (close.kind === OPEN) return;
    close.before = doubles[(at + PART_BEFORE) >> 1] ?? 0;
    close.start = doubles[(at + PART_START) >> 1] ?? 0;
    if (close.kind === ABORT) return;
    close.covered = doubles[(at + PART_COVERED) >> 1] ?? 0;
    close.answered = doubles[(at + PART_ANSWERED) >> 1] ?? 0;
  }

  /** Releases a row that is not in the index. */
  release(row: number): void {
    this.core.release(row);
  }

  /** Everything was read; nothing may be asked of this any more. */
  close(): void {
    releaseCore(this.core);
  }

  /** Something was written: the memory may have grown. */
  protected refresh(): void {
    this.gathered = 0;
    if (this.words[PAGES >> 2] === this.pages) return;
    this.words = new Int32Array(this.core.memory.buffer);
    this.doubles = new Float64Array(this.core.memory.buffer);
    this.bytes = new Uint8Array(this.core.memory.buffer);
    this.pages = this.words[PAGES >> 2] ?? 0;
  }

  /** Names the rows of the first few entries, and their numbers; no row for a full one. */
  private setParts(entries: Int32Array): void {
    const { words } = this;
    this.gathered = 0;
    this.parts = Math.min(entries.length >> 1, MOST_PARTS);
    for (let part = 0; part < this.parts; part++) {
      const entry = entries[2 * part] ?? 0;
      words[partAt(part) + PART_ROW] = entry < 0 ? ~entry : 0;
      words[partAt(part) + PART_NUMBER] = entries[2 * part + 1] ?? 0;
    }
  }

  /** Where the segments of a row stand in order, in words. */
  private segmentsOf(row: number): number {
    const { words } = this;
    for (let part = 0; part < this.gathered; part++) {
      if (words[partAt(part) + PART_ROW] === row) return partAt(part);
    }
    const alone = partAt(MOST_PARTS);
    words[alone + PART_ROW] = row;
    this.core.gather(MOST_PARTS, 1);
    return alone;
  }
}

/** Where a part begins, in words. */
function partAt(part: number): number {
  return (PARTS + (part << PART_BITS)) >> 2;
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
