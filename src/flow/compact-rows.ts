import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { atOrAfter, atOrBefore } from '../machine/sequence.ts';
import {
  ACKED,
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
  CLOSER_IS_B,
  COMPACT_ROW,
  COUNT_MASK,
  DATA_BEHIND_FIN,
  ENDS,
  FIRST_SEGMENTS,
  HAS_TIMESTAMPS,
  IS_IPV6,
  KIND_SHIFT,
  MOST_CHUNKS,
  MOST_SEGMENTS,
  NEXT_SEQ,
  NUMBER,
  OPENER_IS_B,
  PHASE_SHIFT,
  SEGMENT_WORDS,
  SEGMENTS,
  SENT_BY_B,
  SERVER_SPOKE,
  STARTED,
  STATUS,
  TIME_HIGH_SHIFT,
  TOO_LATE,
  USES_TIMESTAMPS,
} from './compact-row.ts';
import type { CompactSegments } from './compact-segments.ts';
import { createKey, type FlowKey, isSelfConnected, loadCompactKey, writeCompactKey } from './flow-key.ts';
import { Pages } from './pages.ts';
import {
  ABORT,
  BEFORE,
  FIN_COVERED,
  FIN_SENT,
  FOUR_WAY,
  HALF_CLOSE,
  IRREGULAR,
  nextPhase,
  OPEN,
  OVER,
  RESET_AFTER_FIN,
  type RegularClose,
  setEnds,
  THREE_WAY,
} from './regular-close.ts';
import { MULTIPATH, TIMESTAMPS_ANNOUNCED } from './row.ts';
import type { OptionNumbers } from './segment-options.ts';

const CONTROL = SYN | FIN | RST | ACK;
const URG = 0x20;
const WHOLE = 2 ** 32;
/** Nanoseconds: an RST that comes later behind a FIN may be a time-out's. */
const AT_ONCE = 1e9;

/**
 * Connections in which everything so far went by the book: opened by SYN, SYN and ACK in sight, every segment in order,
 * seen once, of one TTL an end, no window closed, few segments. Each keeps its segments and next to nothing else, so that
 * most connections cost little until they are counted. As soon as a segment comes that does not belong here, the
 * connection moves to a full row, which takes its segments as if they came now, and goes on there.
 */
export class CompactRows {
  readonly rows: Pages = new Pages(COMPACT_ROW);
  private readonly chunks = new Pages(CHUNK);
  private readonly key = createKey();

  /** A row for a connection that this segment opens; -1 where it needs a full one. */
  begin(key: FlowKey, direction: number, segment: Segment, options: OptionNumbers, id: number): number {
    if ((segment.flags & CONTROL) !== SYN || segment.length !== 0 || !isPlain(segment)) return -1;
    if (options.announced & MULTIPATH || isSelfConnected(key)) return -1;
    const high = Math.floor(segment.time / WHOLE);
    const low = segment.time | 0;
    if ((high | 0) !== high || high * WHOLE + (low >>> 0) !== segment.time) return -1;
    const row = this.rows.takeAsLeft();
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    writeCompactKey(key, words, base);
    words[base + NUMBER] = id;
    words[base + STATUS] =
      1 |
      (segment.ipVersion === 6 ? IS_IPV6 : 0) |
      (direction === 1 ? OPENER_IS_B : 0) |
      (options.announced & TIMESTAMPS_ANNOUNCED ? USES_TIMESTAMPS : 0);
    words[base + STARTED] = low;
    words[base + STARTED + 1] = high;
    words[base + NEXT_SEQ + direction] = (segment.seq + 1) | 0;
    words[base + NEXT_SEQ + 1 - direction] = 0;
    words[base + ACKED] = 0;
    words[base + ACKED + 1] = 0;
    words.fill(0, base + CHUNKS, base + CHUNKS + MOST_CHUNKS);
    words[base + ANNOUNCED + direction] = options.announced | (segment.ttl << 24);
    this.store(words, base, 0, direction, segment, options, segment.time);
    return row;
  }

  /** Takes a segment that goes by the book; false, and nothing is changed, where it does not. */
  append(row: number, direction: number, segment: Segment, options: OptionNumbers): boolean {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const count = status & COUNT_MASK;
    const { flags, length, seq, ack } = segment;
    const control = flags & CONTROL;
    const started = startOf(words, base);
    if (count === MOST_SEGMENTS || !isPlain(segment) || !(segment.time - started < TOO_LATE)) return false;
    const peer = 1 - direction;
    const peerNext = words[base + NEXT_SEQ + peer] ?? 0;
    const fromOpener = (direction === 1) === ((status & OPENER_IS_B) !== 0);
    let next = status + 1;
    if (count === 1) {
      if (control !== (SYN | ACK) || fromOpener || length !== 0 || ack !== peerNext) return false;
      const { announced } = options;
      if (announced & MULTIPATH) return false;
      if (((announced & TIMESTAMPS_ANNOUNCED) !== 0) !== ((status & USES_TIMESTAMPS) !== 0)) return false;
    } else {
      if ((control & (SYN | ACK)) !== ACK || seq !== words[base + NEXT_SEQ + direction]) return false;
      if (options.timed !== ((status & USES_TIMESTAMPS) !== 0)) return false;
      const acked = words[base + ACKED + direction] ?? 0;
      if (count === 2 ? !fromOpener || control !== ACK || ack !== peerNext : !atOrAfter(ack, acked))
        return false;
      if (!atOrBefore(ack, peerNext)) return false;
      if ((words[base + ANNOUNCED + direction] ?? 0) >>> 24 !== segment.ttl) return false;
      if (
        length === 0 &&
        ack === acked &&
        control === ACK &&
        this.isCopy(words, base, count, direction, segment)
      )
        return false;
      if (!fromOpener) next |= SERVER_SPOKE;
      if (control !== ACK || status >> PHASE_SHIFT) {
        next = this.close(words, base, next, direction, segment);
        if (next === IRREGULAR) return false;
      }
    }
    // Nothing has been changed before.
    if (!this.store(words, base, count, direction, segment, options, started)) return false;
    words[base + STATUS] = next;
    words[base + NEXT_SEQ + direction] = (seq + length + (control & (SYN | FIN) ? 1 : 0)) | 0;
    words[base + ACKED + direction] = ack;
    if (count === 1) words[base + ANNOUNCED + direction] = options.announced | (segment.ttl << 24);
    return true;
  }

  /** Time of its last segment. */
  lastTime(row: number): number {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    return this.timeOf(words, base, ((words[base + STATUS] ?? 0) & COUNT_MASK) - 1);
  }

  /** It closed, and nothing came after that. */
  isOver(row: number): boolean {
    return phaseOf(this.word(row, STATUS)) === OVER;
  }

  word(row: number, offset: number): number {
    return this.rows.page(row)[this.rows.base(row) + offset] ?? 0;
  }

  set(row: number, offset: number, word: number): void {
    this.rows.page(row)[this.rows.base(row) + offset] = word;
  }

  /** Fills `close` where the connection closed, or both ends have spoken and none has closed. `now`: what has been read up to. */
  readRegular(row: number, now: number, close: RegularClose): boolean {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const phase = phaseOf(status);
    if (phase === OVER) this.readClose(words, base, status, close);
    else if (phase === BEFORE && status & SERVER_SPOKE) close.kind = OPEN;
    else return false;
    close.end = this.lastTime(row);
    close.until = Math.max(now, close.end);
    close.id = words[base + NUMBER] ?? 0;
    close.ipv6 = (status & IS_IPV6) !== 0;
    loadCompactKey(this.key, words, base);
    setEnds(close, this.key, status & OPENER_IS_B ? 1 : 0);
    if (phase === BEFORE) close.byServer = false;
    return true;
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

  /** The status behind a segment that closes, or comes while the connection closes; IRREGULAR where it does not belong there. */
  private close(
    words: Int32Array,
    base: number,
    status: number,
    direction: number,
    segment: Segment,
  ): number {
    const phase = phaseOf(status);
    const control = segment.flags & CONTROL;
    if (control & RST) return this.reset(words, base, status, direction, segment);
    const closer = phase === BEFORE ? direction : status & CLOSER_IS_B ? 1 : 0;
    const data = (status & DATA_BEHIND_FIN) !== 0;
    const next = nextPhase(
      phase,
      direction === closer,
      control,
      segment.length,
      segment.ack,
      words[base + NEXT_SEQ + closer] ?? 0,
      words[base + NEXT_SEQ + 1 - direction] ?? 0,
      data,
    );
    if (next === IRREGULAR) return IRREGULAR;
    let bits = (status & ~(7 << PHASE_SHIFT)) | (next << PHASE_SHIFT);
    if (phase === BEFORE) {
      if (closer === 1) bits |= CLOSER_IS_B;
    } else if (control & FIN) {
      const kind = data ? HALF_CLOSE : phase === FIN_SENT ? THREE_WAY : FOUR_WAY;
      bits |= kind << KIND_SHIFT;
    } else if (direction !== closer && segment.length > 0) {
      bits |= DATA_BEHIND_FIN;
    }
    return bits;
  }

  /** An RST with nothing under way, as its sender's other segments are: instead of a FIN, or right behind one. */
  private reset(
    words: Int32Array,
    base: number,
    status: number,
    direction: number,
    segment: Segment,
  ): number {
    const phase = phaseOf(status);
    const before = (status & COUNT_MASK) - 1;
    const peer = 1 - direction;
    if (
      (segment.flags & CONTROL) !== (RST | ACK) ||
      segment.length !== 0 ||
      words[base + ACKED + peer] !== segment.seq ||
      words[base + NEXT_SEQ + peer] !== segment.ack ||
      words[base + ACKED + direction] !== segment.ack ||
      !this.haveSteadyWindows(words, base, before)
    ) {
      return IRREGULAR;
    }
    const bits = (status & ~(7 << PHASE_SHIFT)) | (OVER << PHASE_SHIFT);
    const closer = direction === 1 ? CLOSER_IS_B : 0;
    if (phase === BEFORE) return bits | closer | (ABORT << KIND_SHIFT);
    const isBehindFin = phase === FIN_COVERED && (status & (CLOSER_IS_B | DATA_BEHIND_FIN)) === closer;
    if (!isBehindFin || segment.time - this.timeOf(words, base, before - 1) >= AT_ONCE) return IRREGULAR;
    return bits | (RESET_AFTER_FIN << KIND_SHIFT);
  }

  /** Behind the opening's first two, each end has offered one window. */
  private haveSteadyWindows(words: Int32Array, base: number, count: number): boolean {
    let ofA = -1;
    let ofB = -1;
    for (let index = 2; index < count; index++) {
      const page = this.pageOf(words, base, index);
      const at = this.placeOf(words, base, index);
      const fromB = ((page[at + AT_META] ?? 0) & SENT_BY_B) !== 0;
      const window = (page[at + AT_WINDOW_LENGTH] ?? 0) >>> 16;
      const known = fromB ? ofB : ofA;
      if (known >= 0 && known !== window) return false;
      if (fromB) ofB = window;
      else ofA = window;
    }
    return true;
  }

  /** The times of a close: of its segments, which are the last. */
  private readClose(words: Int32Array, base: number, status: number, close: RegularClose): void {
    const last = (status & COUNT_MASK) - 1;
    const kind = status >>> KIND_SHIFT;
    const closer = status & CLOSER_IS_B ? 1 : 0;
    let fin = last - 2;
    if (kind === ABORT) fin = last;
    else if (kind === FOUR_WAY) fin = last - 3;
    else if (kind === HALF_CLOSE) fin = this.finOf(words, base, closer, last - 3);
    close.kind = kind;
    close.byServer = (closer === 1) !== ((status & OPENER_IS_B) !== 0);
    close.before = this.timeOf(words, base, fin - 1);
    close.start = this.timeOf(words, base, fin);
    if (kind === ABORT) return;
    close.covered = this.timeOf(words, base, fin + 1);
    close.answered = this.timeOf(words, base, kind === RESET_AFTER_FIN ? last : last - 1);
  }

  /** The FIN of an end, which is the segment `from` or one before it. */
  private finOf(words: Int32Array, base: number, end: number, from: number): number {
    let index = from;
    for (; index > 0; index--) {
      const meta = this.pageOf(words, base, index)[this.placeOf(words, base, index) + AT_META] ?? 0;
      if (meta & FIN && (meta & SENT_BY_B ? 1 : 0) === end) break;
    }
    return index;
  }

  /** The end's last segment says the same: it may have been captured twice. */
  private isCopy(
    words: Int32Array,
    base: number,
    count: number,
    direction: number,
    segment: Segment,
  ): boolean {
    for (let index = count - 1; index >= 0; index--) {
      const page = this.pageOf(words, base, index);
      const at = this.placeOf(words, base, index);
      const meta = page[at + AT_META] ?? 0;
      if ((meta & SENT_BY_B ? 1 : 0) !== direction) continue;
      return (
        page[at + AT_SEQ] === segment.seq &&
        page[at + AT_WINDOW_LENGTH] === segment.window << 16 &&
        (meta & 0xff) === segment.flags &&
        (segment.ipId < 0 || meta >>> 16 === segment.ipId)
      );
    }
    return false;
  }

  /** Puts a segment behind those that are there; false where its time cannot be held. */
  private store(
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
  private pageOf(words: Int32Array, base: number, index: number): Int32Array {
    return index < FIRST_SEGMENTS ? words : this.chunks.page(chunkOf(words, base, index));
  }

  private placeOf(words: Int32Array, base: number, index: number): number {
    if (index < FIRST_SEGMENTS) return base + SEGMENTS + index * SEGMENT_WORDS;
    const place = (index - FIRST_SEGMENTS) % CHUNK_SEGMENTS;
    return this.chunks.base(chunkOf(words, base, index)) + place * SEGMENT_WORDS;
  }

  private timeOf(words: Int32Array, base: number, index: number): number {
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

function phaseOf(status: number): number {
  return (status >>> PHASE_SHIFT) & 7;
}

/** What no row can hold or walks past: cut options, urgent data, a closed window, a length that is no IP packet's. */
function isPlain({ optionsCut, flags, window, length }: Segment): boolean {
  return !optionsCut && (flags & URG) === 0 && window !== 0 && length >>> 16 === 0;
}
