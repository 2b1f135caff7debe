import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { timestampOffset } from '../decode/tcp-options.ts';
import { atOrAfter, atOrBefore } from '../machine/sequence.ts';
import { CompactMemory, joined, lastTimeOf, startOf, WHOLE } from './compact-memory.ts';
import {
  ACKED,
  ANNOUNCED,
  AT_BEFORE,
  AT_META,
  AT_WINDOW_LENGTH,
  CLOSE_ANSWERED,
  CLOSE_BEFORE,
  CLOSE_COVERED,
  CLOSE_START,
  CLOSER_IS_B,
  COUNT_MASK,
  DATA_BEHIND_FIN,
  FIRST,
  IS_IPV6,
  KIND_SHIFT,
  LAST,
  MOST_SEGMENTS,
  NEXT_SEQ,
  NUMBER,
  OPENER_IS_B,
  PHASE_SHIFT,
  SENT_BY_B,
  SERVER_SPOKE,
  STARTED,
  STATUS,
  TOO_LATE,
  USES_TIMESTAMPS,
} from './compact-row.ts';
import { createKey, type FlowKey, isSelfConnected, writeCompactKey } from './flow-key.ts';
import {
  ABORT,
  BEFORE,
  BOTH_SENT,
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
import { OPENING_LOG } from './segment-intake.ts';
import { OptionReader } from './segment-options.ts';

const CONTROL = SYN | FIN | RST | ACK;
const URG = 0x20;
/** Nanoseconds: an RST that comes later behind a FIN may be a time-out's. */
const AT_ONCE = 1e9;

/**
 * Connections in which everything so far went by the book: opened by SYN, SYN and ACK in sight, every segment in order,
 * seen once, of one TTL an end, no window closed, few segments. Each keeps its segments and next to nothing else, so that
 * most connections cost little until they are counted. As soon as a segment comes that does not belong here, the
 * connection moves to a full row, which takes its segments as if they came now, and goes on there.
 */
export class CompactRows extends CompactMemory {
  private readonly key = createKey();
  private readonly options = new OptionReader();

  /** A row for a connection that this segment opens; -1 where it needs a full one. */
  begin(key: FlowKey, direction: number, segment: Segment, id: number): number {
    if ((segment.flags & CONTROL) !== SYN || segment.length !== 0 || !isPlain(segment)) return -1;
    const { announced } = this.options.read(segment);
    if (announced & MULTIPATH || isSelfConnected(key)) return -1;
    const high = Math.floor(segment.time / WHOLE);
    const low = segment.time | 0;
    if ((high | 0) !== high || joined(high, low) !== segment.time) return -1;
    this.makeRoom();
    const row = this.rows.takeAsLeft();
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const rest = this.rows.second(row);
    writeCompactKey(key, words, base, rest);
    words[base + NUMBER] = id;
    const status =
      1 |
      (segment.ipVersion === 6 ? IS_IPV6 : 0) |
      (direction === 1 ? OPENER_IS_B : 0) |
      (announced & TIMESTAMPS_ANNOUNCED ? USES_TIMESTAMPS : 0);
    words[base + STARTED] = low;
    words[base + STARTED + 1] = high;
    words[base + NEXT_SEQ + direction] = (segment.seq + 1) | 0;
    words[base + NEXT_SEQ + 1 - direction] = 0;
    words[base + ACKED] = 0;
    words[base + ACKED + 1] = 0;
    words[base + ANNOUNCED + direction] = announced | (segment.ttl << 24);
    this.store(words, base, status, row, direction, segment, timestampOffset(segment), 0, 0);
    const first = words[base + LAST] ?? 0;
    words[rest + FIRST] = first;
    this.journal.begin(first);
    return row;
  }

  /** Takes a segment that goes by the book; false, and nothing is changed, where it does not. */
  append(row: number, direction: 0 | 1, segment: Segment): boolean {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const count = status & COUNT_MASK;
    const { flags, length, seq, ack } = segment;
    const control = flags & CONTROL;
    const since = segment.time - startOf(words, base);
    const high = Math.floor(since / WHOLE);
    const low = since | 0;
    if (count === MOST_SEGMENTS || !isPlain(segment) || !(since < TOO_LATE)) return false;
    if (joined(high, low) !== since) return false;
    // Of an opening the plain path keeps so many segments: what ends it later is not among them.
    if (count >= OPENING_LOG && (status & SERVER_SPOKE) === 0) return false;
    const stamped = timestampOffset(segment);
    const peerNext = words[base + NEXT_SEQ + 1 - direction] ?? 0;
    const fromOpener = (direction === 1) === ((status & OPENER_IS_B) !== 0);
    let next = status + 1;
    if (count === 1) {
      if (control !== (SYN | ACK) || fromOpener || length !== 0 || ack !== peerNext) return false;
      const { announced } = this.options.read(segment);
      if (announced & MULTIPATH) return false;
      if (((announced & TIMESTAMPS_ANNOUNCED) !== 0) !== ((status & USES_TIMESTAMPS) !== 0)) return false;
      words[base + ANNOUNCED + direction] = announced | (segment.ttl << 24);
    } else {
      if ((control & (SYN | ACK)) !== ACK || seq !== words[base + NEXT_SEQ + direction]) return false;
      if (stamped >= 0 !== ((status & USES_TIMESTAMPS) !== 0)) return false;
      const acked = words[base + ACKED + direction] ?? 0;
      if (count === 2 ? !fromOpener || control !== ACK || ack !== peerNext : !atOrAfter(ack, acked))
        return false;
      if (!atOrBefore(ack, peerNext)) return false;
      if ((words[base + ANNOUNCED + direction] ?? 0) >>> 24 !== segment.ttl) return false;
      const saysNothing = length === 0 && ack === acked && control === ACK;
      if (saysNothing && this.isCopy(words, base, direction, segment)) return false;
      if (!fromOpener) next |= SERVER_SPOKE;
      if (control !== ACK || phaseOf(status) !== BEFORE) {
        next = this.close(words, base, next, direction, segment);
        if (next === IRREGULAR) return false;
        if (phaseOf(next) !== phaseOf(status)) {
          this.note(row, phaseOf(status), phaseOf(next), lastTimeOf(words, base), segment.time);
        }
      }
    }
    // Nothing but the times of a close, which count when it is over, has been changed before.
    this.makeRoom();
    this.store(words, base, next, words[base + LAST] ?? 0, direction, segment, stamped, high, low);
    words[base + NEXT_SEQ + direction] = (seq + length + (control & (SYN | FIN) ? 1 : 0)) | 0;
    words[base + ACKED + direction] = ack;
    return true;
  }

  /** It closed, and nothing came after that. */
  isOver(row: number): boolean {
    return phaseOf(this.word(row, STATUS)) === OVER;
  }

  /** Fills `close` where the connection closed, or both ends have spoken and none has closed. `now`: what has been read up to. */
  readRegular(row: number, now: number, close: RegularClose): boolean {
    const words = this.rows.page(row);
    const base = this.rows.base(row);
    const status = words[base + STATUS] ?? 0;
    const phase = phaseOf(status);
    if (phase === OVER) this.readClose(row, status, close);
    else if (phase === BEFORE && status & SERVER_SPOKE) close.kind = OPEN;
    else return false;
    close.end = lastTimeOf(words, base);
    close.until = Math.max(now, close.end);
    close.id = words[base + NUMBER] ?? 0;
    close.ipv6 = (status & IS_IPV6) !== 0;
    this.loadKey(this.key, row);
    setEnds(close, this.key, status & OPENER_IS_B ? 1 : 0);
    if (phase === BEFORE) close.byServer = false;
    return true;
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
    const peer = 1 - direction;
    if (
      (segment.flags & CONTROL) !== (RST | ACK) ||
      segment.length !== 0 ||
      words[base + ACKED + peer] !== segment.seq ||
      words[base + NEXT_SEQ + peer] !== segment.ack ||
      words[base + ACKED + direction] !== segment.ack ||
      !this.haveSteadyWindows(words, base)
    ) {
      return IRREGULAR;
    }
    const bits = (status & ~(7 << PHASE_SHIFT)) | (OVER << PHASE_SHIFT);
    const closer = direction === 1 ? CLOSER_IS_B : 0;
    if (phase === BEFORE) return bits | closer | (ABORT << KIND_SHIFT);
    const isBehindFin = phase === FIN_COVERED && (status & (CLOSER_IS_B | DATA_BEHIND_FIN)) === closer;
    if (!isBehindFin || segment.time - lastTimeOf(words, base) >= AT_ONCE) return IRREGULAR;
    return bits | (RESET_AFTER_FIN << KIND_SHIFT);
  }

  /** Behind the opening's first two, each end has offered one window. */
  private haveSteadyWindows(words: Int32Array, base: number): boolean {
    let ofA = -1;
    let ofB = -1;
    let place = words[base + LAST] ?? 0;
    for (let index = ((words[base + STATUS] ?? 0) & COUNT_MASK) - 1; index >= 2; index--) {
      const page = this.journal.page(place);
      const at = this.journal.base(place);
      const fromB = ((page[at + AT_META] ?? 0) & SENT_BY_B) !== 0;
      const window = (page[at + AT_WINDOW_LENGTH] ?? 0) >>> 16;
      const known = fromB ? ofB : ofA;
      if (known >= 0 && known !== window) return false;
      if (fromB) ofB = window;
      else ofA = window;
      place = page[at + AT_BEFORE] ?? 0;
    }
    return true;
  }

  /** Keeps the times of a close as it goes on. `last`: of the segment before the one at hand. */
  private note(row: number, from: number, to: number, last: number, now: number): void {
    const doubles = this.rows.doublePage(row);
    const rest = this.rows.second(row);
    if (from === BEFORE) {
      doubles[(rest + CLOSE_BEFORE) >> 1] = last;
      doubles[(rest + CLOSE_START) >> 1] = now;
    } else if (from === FIN_SENT) {
      doubles[(rest + CLOSE_COVERED) >> 1] = now;
    }
    // By the second FIN, or by an RST behind the first.
    if (to === BOTH_SENT || (to === OVER && from !== BOTH_SENT)) doubles[(rest + CLOSE_ANSWERED) >> 1] = now;
  }

  private readClose(row: number, status: number, close: RegularClose): void {
    const doubles = this.rows.doublePage(row);
    const rest = this.rows.second(row);
    close.kind = (status >>> KIND_SHIFT) & 7;
    close.byServer = ((status & CLOSER_IS_B) !== 0) !== ((status & OPENER_IS_B) !== 0);
    close.before = doubles[(rest + CLOSE_BEFORE) >> 1] ?? 0;
    close.start = doubles[(rest + CLOSE_START) >> 1] ?? 0;
    if (close.kind === ABORT) return;
    close.covered = doubles[(rest + CLOSE_COVERED) >> 1] ?? 0;
    close.answered = doubles[(rest + CLOSE_ANSWERED) >> 1] ?? 0;
  }

  /** The end's last segment says the same, and comes where that did: it may have been captured twice. */
  private isCopy(words: Int32Array, base: number, direction: number, segment: Segment): boolean {
    let place = words[base + LAST] ?? 0;
    for (let left = (words[base + STATUS] ?? 0) & COUNT_MASK; left > 0; left--) {
      const page = this.journal.page(place);
      const at = this.journal.base(place);
      const meta = page[at + AT_META] ?? 0;
      place = page[at + AT_BEFORE] ?? 0;
      if ((meta & SENT_BY_B ? 1 : 0) !== direction) continue;
      return (
        page[at + AT_WINDOW_LENGTH] === segment.window << 16 &&
        (meta & 0xff) === segment.flags &&
        (segment.ipId < 0 || meta >>> 16 === segment.ipId)
      );
    }
    return false;
  }

  /** Before something is written: the journal may have to be put in order, which may move what was written. */
  private makeRoom(): void {
    if (this.journal.isFull() && this.journal.isCrowded()) this.renew();
  }
}

function phaseOf(status: number): number {
  return (status >>> PHASE_SHIFT) & 7;
}

/** What no row can hold or walks past: cut options, urgent data, a closed window, a length that is no IP packet's. */
function isPlain({ optionsCut, flags, window, length }: Segment): boolean {
  return !optionsCut && (flags & URG) === 0 && window !== 0 && length >>> 16 === 0;
}
