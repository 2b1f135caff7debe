import type { Segment } from '../decode/segment.ts';
import { SYN } from '../decode/segment.ts';
import { SUM_RIGHT } from '../flow/announced.ts';
import type { FlowKey } from '../flow/flow-key.ts';
import type { OptionNumbers } from '../flow/segment-options.ts';
import { type CompactCore, releaseCore } from './compact-core.ts';
import type { CompactSegments } from './compact-segments.ts';
import { ENDING_WORDS } from './ending-layout.ts';
import { readEnding } from './endings.ts';
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
  CONTENT_SHIFT,
  COUNT_MASK,
  ENDINGS,
  ENDS,
  FRAME_BITS,
  HAS_TIMESTAMPS,
  HIGH_A,
  HIGH_B,
  HIGH_BITS,
  IS_IPV6,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  LOW_A,
  LOW_B,
  MOST_SLOTS,
  OPENER_IS_B,
  PAGES,
  SENT_BY_B,
  SLOT_BITS,
  SLOT_END,
  SLOT_ENDING,
  SLOT_FOUND,
  SLOT_NUMBER,
  SLOT_ROW,
  STARTED,
  STATUS,
  SWEEP_SLOTS,
  TIME_HIGH_SHIFT,
} from './memory-map.ts';
import type { RegularClose } from './regular-close.ts';

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
  /** Parts, how many have the segments of their rows, how many name one, and how many are endings. */
  private parts = 0;
  private gathered = 0;
  private named = 0;
  private endingCount = 0;
  /** Of what was looked at, nothing is to be handed out but endings. */
  areAllEndings = false;

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
    const ports = words[base + ENDS] ?? 0;
    const [portA, portB] = [ports >>> 16, ports & 0xffff];
    const gathered = this.segmentsOf(row);
    segment.ipVersion = status & IS_IPV6 ? 6 : 4;
    segment.optionsCut = false;
    // What had one has a full row, and so has a FIN or an RST whose wrong checksum counts.
    options.signed = false;
    options.wrongSum = false;
    for (let index = 0; index < count; index++) {
      const at = gathered + (index << 3);
      const meta = words[at + AT_META] ?? 0;
      const direction = meta & SENT_BY_B ? 1 : 0;
      const announced = words[base + ANNOUNCED + direction] ?? 0;
      segment.sourcePort = direction === 1 ? portB : portA;
      segment.destinationPort = direction === 1 ? portA : portB;
      segment.time = started + timeAt(words, at);
      segment.frame = (words[at + AT_FRAME] ?? 0) & FRAME_BITS;
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
      // Of what is no SYN, the first segment alone says something: whether its checksum is right.
      const said = segment.flags & SYN ? 0xff_ffff : index === 0 ? SUM_RIGHT : 0;
      options.announced = announced & said;
      options.content = (words[at + AT_FRAME] ?? 0) >>> CONTENT_SHIFT;
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
      into.frames[index] = (words[at + AT_FRAME] ?? 0) & FRAME_BITS;
      into.times[index] = started + timeAt(words, at);
      into.flags[index] = meta & 0xff;
      into.seqs[index] = words[at + AT_SEQ] ?? 0;
      into.acks[index] = words[at + AT_ACK] ?? 0;
      into.lengths[index] = (words[at + AT_WINDOW_LENGTH] ?? 0) & 0xffff;
      into.fromServer[index] = ((meta & SENT_BY_B) !== 0) === serverIsB ? 1 : 0;
    }
  }

  /**
   * Looks at the next few of entries and their numbers, in turn. What is over and silent leaves the index.
   *
   * @param from where they begin
   * @param tick of the moment
   * @param releases their rows are not asked for any more
   */
  sweep(
    entries: Int32Array,
    from: number,
    now: number,
    silence: number,
    tick: number,
    releases: boolean,
  ): void {
    this.setParts(entries, from);
    this.endingCount = this.core.sweep(this.parts, now, silence, tick, releases ? 1 : 0);
    this.areAllEndings = this.named === this.parts;
  }

  /** The same at the end of a capture: what is over, and what is open. */
  settle(entries: Int32Array, from: number, now: number, tick: number): void {
    this.setParts(entries, from);
    this.endingCount = this.core.settle(this.parts, now, tick);
    this.areAllEndings = this.endingCount === this.parts;
  }

  /** The endings among what was looked at (`ending-layout.ts`), until the next time. */
  get endings(): Float64Array {
    return this.doubles.subarray(ENDINGS >> 3, (ENDINGS >> 3) + (this.endingCount * ENDING_WORDS) / 2);
  }

  /** Gathers the segments of what was looked at, which cost less together, until something is written. */
  gather(): void {
    this.core.gather(0, this.parts);
    this.gathered = this.parts;
  }

  /** What was found of the entry that was the `part`th when it was looked at. */
  found(part: number): number {
    return this.words[slotAt(part) + SLOT_FOUND] ?? 0;
  }

  /** When its last segment came, where it is not gone. */
  foundEnd(part: number): number {
    return this.doubles[(slotAt(part) + SLOT_END) >> 1] ?? 0;
  }

  /** Fills `close` where what was found is regular. */
  readRegular(part: number, close: RegularClose): void {
    const { words, doubles } = this;
    const ending = words[slotAt(part) + SLOT_ENDING] ?? 0;
    readEnding(words, doubles, (ENDINGS >> 2) + ending * ENDING_WORDS, close);
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

  /** Names the rows of the next few entries, and their numbers; no row for a full one. */
  private setParts(entries: Int32Array, from: number): void {
    const { words } = this;
    this.gathered = 0;
    this.parts = Math.min((entries.length - from) >> 1, MOST_SLOTS);
    this.named = 0;
    for (let part = 0; part < this.parts; part++) {
      const entry = entries[from + 2 * part] ?? 0;
      words[slotAt(part) + SLOT_ROW] = entry < 0 ? ~entry : 0;
      if (entry < 0) this.named += 1;
      words[slotAt(part) + SLOT_NUMBER] = entries[from + 2 * part + 1] ?? 0;
    }
  }

  /** Where the segments of a row stand in order, in words. */
  private segmentsOf(row: number): number {
    const { words } = this;
    for (let part = 0; part < this.gathered; part++) {
      if (words[slotAt(part) + SLOT_ROW] === row) return slotAt(part);
    }
    const alone = slotAt(MOST_SLOTS);
    words[alone + SLOT_ROW] = row;
    this.core.gather(MOST_SLOTS, 1);
    return alone;
  }
}

/** Where a part begins, in words. */
function slotAt(part: number): number {
  return (SWEEP_SLOTS + (part << SLOT_BITS)) >> 2;
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

/** Fills a key from a compact row. `rest`: where its second part begins. */
function loadCompactKey(key: FlowKey, words: Int32Array, row: number, rest: number): void {
  key.a0 = words[rest + HIGH_A] ?? 0;
  key.a1 = words[rest + HIGH_A + 1] ?? 0;
  key.a2 = words[rest + HIGH_A + 2] ?? 0;
  key.a3 = words[row + LOW_A] ?? 0;
  key.b0 = words[rest + HIGH_B] ?? 0;
  key.b1 = words[rest + HIGH_B + 1] ?? 0;
  key.b2 = words[rest + HIGH_B + 2] ?? 0;
  key.b3 = words[row + LOW_B] ?? 0;
  key.ports = words[row + ENDS] ?? 0;
  key.ipv6 = (words[row + STATUS] ?? 0) & IS_IPV6 ? 1 : 0;
  // A connection in a tunnel has no compact row.
  key.context = 0;
}
