import { ALERT, OTHER, UNKNOWN } from '../decode/content-codes.ts';
import { checksumOf } from '../decode/network/checksum.ts';
import { FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { SCALE_OFFERED, SCALE_SHIFT, SUM_RIGHT } from './announced.ts';
import { noteHistory } from './history.ts';
import type { RowWatch } from './live-rows.ts';
import { OPENING_LOG } from './log-layout.ts';
import { isDuplicate, mayBeOver, track } from './marks.ts';
import {
  BITS,
  CLOSING,
  COUNT,
  CUT_HEADERS,
  DATA_SEEN,
  DIRECTION,
  DUPLICATES,
  END,
  FRONT,
  HAS_ALERT,
  HAS_SIGNATURE,
  HAS_TIMESTAMP,
  IPV6,
  IS_UNKNOWN,
  LAST_ACK_NUMBER,
  LAST_ECHO,
  LAST_FRAME,
  LAST_HIGH_BEFORE,
  LAST_LENGTH,
  LAST_OWN_FRAME,
  LAST_SEQ,
  LAST_TIME,
  LAST_TIMESTAMP,
  LAST_TTL_FLAGS,
  LAST_WINDOW_IPID,
  LOG_COUNT,
  OPENED,
  SEEN,
  SENT,
  SENT_BITS,
  SYNCHRONIZED,
  UNANSWERED,
} from './row.ts';
import type { LogEntry, SegmentLog } from './segment-log.ts';
import type { OptionNumbers } from './segment-options.ts';

/**
 * Takes a segment into the row of its connection: marks, options, history, and into the log when it belongs to the
 * opening or the closing. A data segment of an established connection allocates nothing.
 */
export class SegmentIntake {
  private readonly log: SegmentLog;
  private readonly watch: RowWatch | null;
  /** Filled over and over. */
  private readonly entry: LogEntry = {
    frame: 0,
    time: Number.NaN,
    direction: 0,
    flags: 0,
    seq: 0,
    ack: 0,
    length: 0,
    window: 0,
    ttl: 0,
    ipId: 0,
    hasTimestamp: false,
    timestamp: 0,
    echo: 0,
    optionsCut: false,
    signed: false,
    badChecksum: false,
    content: OTHER,
    front: 0,
    highBefore: 0,
    unanswered: 0,
  };

  constructor(log: SegmentLog, watch: RowWatch | null) {
    this.log = log;
    this.watch = watch;
  }

  /** True when the segment may have ended the connection: a FIN, an RST, or what acknowledges the last FIN. */
  take(
    words: Int32Array,
    doubles: Float64Array,
    base: number,
    direction: number,
    segment: Segment,
    options: OptionNumbers,
  ): boolean {
    if (isDuplicate(words, doubles, base, direction, segment)) {
      this.leaveOut(words, doubles, base, segment);
      return false;
    }
    words[base + LAST_FRAME] = segment.frame;
    words[base + COUNT] = (words[base + COUNT] ?? 0) + 1;
    if (segment.time > (doubles[(base + END) >> 1] ?? 0)) doubles[(base + END) >> 1] = segment.time;
    let bits = words[base + BITS] ?? 0;
    const control = segment.flags & (SYN | FIN | RST);
    if (control !== 0 && (bits & (SYNCHRONIZED | CLOSING)) === SYNCHRONIZED)
      this.context(words, doubles, base);
    const sent = base + SENT + direction * DIRECTION;
    const unanswered = words[sent + UNANSWERED] ?? 0;
    const isFirst = ((words[sent + SENT_BITS] ?? 0) & SEEN) === 0;
    const highBefore = track(words, doubles, base, direction, segment);
    words[sent + SENT_BITS] = ((words[sent + SENT_BITS] ?? 0) & ~LAST_FACTS) | lastFacts(options);
    if (options.announced !== 0) announce(words, sent, options.announced);
    else if (isFirst && (control & RST) === 0 && checksumOf(segment) === 'right') {
      words[sent + SENT_BITS] = (words[sent + SENT_BITS] ?? 0) | SUM_RIGHT;
    }
    if (options.timed) {
      words[sent + LAST_TIMESTAMP] = options.timestamp;
      words[sent + LAST_ECHO] = options.echo;
    }
    noteHistory(words, base, direction, segment, highBefore);

    const closes = (segment.flags & (FIN | RST)) !== 0;
    if (closes || (control !== 0 && (bits & SYNCHRONIZED) !== 0)) bits |= CLOSING;
    if ((bits & (SYNCHRONIZED | CLOSING)) !== SYNCHRONIZED) {
      this.append(words, base, sent, direction, segment, options, highBefore, unanswered);
      if ((bits & SYNCHRONIZED) === 0 && isSynchronized(words, base, bits)) {
        bits |= SYNCHRONIZED;
        this.watch?.opened(words, base, this.log);
      }
    }
    words[base + BITS] = segment.optionsCut ? bits | CUT_HEADERS : bits;
    const mayEnd = (bits & CLOSING) !== 0 && control === 0 && mayBeOver(words, base);
    if (mayEnd || (control & RST) !== 0) this.watch?.closed(words, doubles, base, this.log);
    return closes || mayEnd;
  }

  /** Leaves out a copy of a segment. */
  leaveOut(words: Int32Array, doubles: Float64Array, base: number, segment: Segment): void {
    words[base + LAST_FRAME] = segment.frame;
    words[base + COUNT] = (words[base + COUNT] ?? 0) + 1;
    if (segment.time > (doubles[(base + END) >> 1] ?? 0)) doubles[(base + END) >> 1] = segment.time;
    words[base + DUPLICATES] = (words[base + DUPLICATES] ?? 0) + 1;
  }

  /** Before a closing is logged: the last segment of each side, which its first segments may answer. */
  context(words: Int32Array, doubles: Float64Array, base: number): void {
    if ((words[base + BITS] ?? 0) & CLOSING) return;
    const logged = this.log.lastFrame(words, base);
    const aFirst =
      (words[base + SENT + LAST_OWN_FRAME] ?? 0) <= (words[base + SENT + DIRECTION + LAST_OWN_FRAME] ?? 0);
    this.contextOf(words, doubles, base, aFirst ? 0 : 1, logged);
    this.contextOf(words, doubles, base, aFirst ? 1 : 0, logged);
  }

  private contextOf(
    words: Int32Array,
    doubles: Float64Array,
    base: number,
    direction: number,
    logged: number,
  ): void {
    const sent = base + SENT + direction * DIRECTION;
    const word = (offset: number): number => words[sent + offset] ?? 0;
    if (word(LAST_OWN_FRAME) <= logged) return;
    const { entry } = this;
    entry.frame = word(LAST_OWN_FRAME);
    entry.time = doubles[(base + LAST_TIME + 2 * direction) >> 1] ?? 0;
    entry.direction = direction;
    entry.flags = word(LAST_TTL_FLAGS) & 0xff;
    entry.seq = word(LAST_SEQ);
    entry.ack = word(LAST_ACK_NUMBER);
    entry.length = word(LAST_LENGTH);
    entry.window = word(LAST_WINDOW_IPID) >>> 16;
    entry.ttl = (word(LAST_TTL_FLAGS) >>> 8) & 0xff;
    entry.ipId = (words[base + BITS] ?? 0) & IPV6 ? -1 : word(LAST_WINDOW_IPID) & 0xffff;
    entry.hasTimestamp = (word(SENT_BITS) & HAS_TIMESTAMP) !== 0;
    entry.timestamp = word(LAST_TIMESTAMP);
    entry.echo = word(LAST_ECHO);
    entry.optionsCut = false;
    entry.signed = (word(SENT_BITS) & HAS_SIGNATURE) !== 0;
    entry.badChecksum = false;
    entry.content = word(SENT_BITS) & HAS_ALERT ? ALERT : word(SENT_BITS) & IS_UNKNOWN ? UNKNOWN : OTHER;
    entry.front = word(FRONT);
    entry.highBefore = word(LAST_HIGH_BEFORE);
    entry.unanswered = word(UNANSWERED);
    this.log.append(words, base, entry);
  }

  private append(
    words: Int32Array,
    base: number,
    sent: number,
    direction: number,
    segment: Segment,
    options: OptionNumbers,
    highBefore: number,
    unanswered: number,
  ): void {
    const { entry } = this;
    entry.frame = segment.frame;
    entry.time = segment.time;
    entry.direction = direction;
    entry.flags = segment.flags;
    entry.seq = segment.seq;
    entry.ack = segment.ack;
    entry.length = segment.length;
    entry.window = segment.window;
    entry.ttl = segment.ttl;
    entry.ipId = segment.ipId;
    entry.hasTimestamp = ((words[sent + SENT_BITS] ?? 0) & HAS_TIMESTAMP) !== 0;
    entry.timestamp = entry.hasTimestamp ? (words[sent + LAST_TIMESTAMP] ?? 0) : 0;
    entry.echo = entry.hasTimestamp ? (words[sent + LAST_ECHO] ?? 0) : 0;
    entry.optionsCut = segment.optionsCut;
    entry.signed = options.signed;
    // A sender whose sums are never right leaves them to its network card.
    entry.badChecksum = options.wrongSum && ((words[sent + SENT_BITS] ?? 0) & SUM_RIGHT) !== 0;
    entry.content = options.content;
    entry.front = words[sent + FRONT] ?? 0;
    entry.highBefore = highBefore;
    entry.unanswered = unanswered;
    this.log.append(words, base, entry);
  }
}

/** What is kept of a side's last segment. */
const LAST_FACTS = HAS_TIMESTAMP | HAS_SIGNATURE | HAS_ALERT | IS_UNKNOWN;

function lastFacts({ timed, signed, content }: OptionNumbers): number {
  return (
    (timed ? HAS_TIMESTAMP : 0) |
    (signed ? HAS_SIGNATURE : 0) |
    (content === ALERT ? HAS_ALERT : content === UNKNOWN ? IS_UNKNOWN : 0)
  );
}

/** Of several SYNs, the last one that offers a scale says which. */
function announce(words: Int32Array, sent: number, announced: number): void {
  const bits = words[sent + SENT_BITS] ?? 0;
  const kept = announced & SCALE_OFFERED ? bits & ~(0xff << SCALE_SHIFT) : bits;
  words[sent + SENT_BITS] = kept | announced;
}

/** The opening is over: both sides have sent a segment without SYN, or it was never captured. */
function isSynchronized(words: Int32Array, base: number, bits: number): boolean {
  const a = words[base + SENT + SENT_BITS] ?? 0;
  const b = words[base + SENT + DIRECTION + SENT_BITS] ?? 0;
  return (a & b & DATA_SEEN) !== 0 || (bits & OPENED) === 0 || (words[base + LOG_COUNT] ?? 0) >= OPENING_LOG;
}
