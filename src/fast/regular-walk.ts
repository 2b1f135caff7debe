import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { SIGNED, TIMESTAMPS_ANNOUNCED } from '../flow/announced.ts';
import {
  ACK_NUMBER,
  CUT,
  FLAGS,
  FRAME,
  FROM_B,
  HIGH_BEFORE,
  LENGTH,
  FRONT as LOGGED_FRONT,
  UNANSWERED as LOGGED_UNANSWERED,
  MERGED,
  META,
  NEXT,
  SEQ,
  SIGNATURE,
  TIME,
  TIMED,
  TTL_SHIFT,
  WINDOW_IPID,
  WRONG_SUM,
} from '../flow/log-layout.ts';
import { ACK_HIGH, BITS, CLIENT_IS_B, DIRECTION, HIGH, ISN, SENT, SENT_BITS } from '../flow/row.ts';
import type { SegmentLog } from '../flow/segment-log.ts';
import { atOrAfter, atOrBefore } from '../machine/sequence.ts';
import {
  ABORT,
  BEFORE,
  BOTH_SENT,
  FIN_SENT,
  FOUR_WAY,
  HALF_CLOSE,
  IRREGULAR,
  OVER,
  THREE_WAY,
} from './close-codes.ts';
import { nextPhase, type RegularClose } from './regular-close.ts';

const CONTROL = SYN | FIN | RST | ACK;
const URG = 0x20;

/** Segments of the shortest opening. */
export const OPENING = 3;

/**
 * Walks the log from an entry on, the `first` of the connection, and fills the course of the closing into
 * `close`. Returns the phase reached, or IRREGULAR.
 */
export function walk(
  words: Int32Array,
  row: number,
  log: SegmentLog,
  entry: number,
  first: number,
  close: RegularClose,
): number {
  const client = (words[row + BITS] ?? 0) & CLIENT_IS_B ? 1 : 0;
  const highA = words[row + SENT + HIGH] ?? 0;
  const highB = words[row + SENT + DIRECTION + HIGH] ?? 0;
  const timed = ((words[row + SENT + SENT_BITS] ?? 0) & TIMESTAMPS_ANNOUNCED) !== 0;
  const { pages } = log;

  // What an abort does not have is not left over from another's closing.
  close.covered = 0;
  close.answered = 0;
  let phase = BEFORE;
  let closer = 0;
  let firstEnd = 0;
  let data = false;
  let previousFrame = 0;
  let previousTime = Number.NEGATIVE_INFINITY;
  // Of each end: its highest ACK number, or what the next has to reach; its TTL and its window so far.
  let ackA = ((words[row + SENT + DIRECTION + ISN] ?? 0) + 1) | 0;
  let ackB = ((words[row + SENT + ISN] ?? 0) + 1) | 0;
  let ttlA = -1;
  let ttlB = -1;
  let windowA = -1;
  let windowB = -1;
  let steady = true;
  let index = first;

  for (let at = entry; at !== 0; index++) {
    const page = pages.page(at - 1);
    const base = pages.base(at - 1);
    const time = pages.doublePage(at - 1)[(base + TIME) >> 1] ?? 0;
    at = page[base + NEXT] ?? 0;
    const meta = page[base + META] ?? 0;
    const flags = meta & FLAGS;
    const from = meta & FROM_B ? 1 : 0;
    const frame = page[base + FRAME] ?? 0;
    const seq = page[base + SEQ] ?? 0;
    const ack = page[base + ACK_NUMBER] ?? 0;
    const length = page[base + LENGTH] ?? 0;
    const window = (page[base + WINDOW_IPID] ?? 0) >>> 16;
    const ttl = (meta >>> TTL_SHIFT) & 0xff;
    const control = flags & CONTROL;
    const sentBits = words[row + SENT + from * DIRECTION + SENT_BITS] ?? 0;
    // In order, first time, seen one by one.
    if (
      phase === OVER ||
      frame <= previousFrame ||
      time < previousTime ||
      page[base + MERGED] !== 0 ||
      page[base + LOGGED_UNANSWERED] !== 0 ||
      (meta & CUT) !== 0 ||
      // Its receiver drops it.
      (meta & WRONG_SUM) !== 0 ||
      ((meta & SIGNATURE) !== 0) !== ((sentBits & SIGNED) !== 0) ||
      (flags & URG) !== 0 ||
      window === 0 ||
      page[base + HIGH_BEFORE] !== seq
    ) {
      return IRREGULAR;
    }
    if (index === 0) {
      if (control !== SYN || from !== client || length !== 0) return IRREGULAR;
    } else if (index === 1) {
      if (control !== (SYN | ACK) || from === client || length !== 0) return IRREGULAR;
      if (ack !== (from === 1 ? ackB : ackA)) return IRREGULAR;
    } else {
      if ((control & (SYN | ACK)) !== ACK || ((meta & TIMED) !== 0) !== timed) return IRREGULAR;
      if (index === 2 && (from !== client || control !== ACK)) return IRREGULAR;
      if (!atOrAfter(ack, from === 1 ? ackB : ackA)) return IRREGULAR;
      if (!atOrBefore(ack, from === 1 ? highA : highB)) return IRREGULAR;
    }
    const end = (seq + length + (control & (SYN | FIN) ? 1 : 0)) | 0;
    if ((control & RST) === 0 && page[base + LOGGED_FRONT] !== end) return IRREGULAR;
    // Covered before it was captured.
    if (control & FIN && atOrAfter(from === 1 ? ackA : ackB, end)) return IRREGULAR;

    // The answer to a SYN acknowledges it at least.
    if (index <= 1) {
      if (from === 1) ackA = end;
      else ackB = end;
    } else if (from === 1) ackB = ack;
    else ackA = ack;

    if (control & RST) {
      if (phase !== BEFORE || control !== (RST | ACK) || length !== 0 || at !== 0) return IRREGULAR;
      close.kind = ABORT;
      closer = from;
      close.before = previousTime;
      close.start = time;
      if (!isQuiet(words, row, from, seq, ack)) return IRREGULAR;
      // Seen from the closing on, there is nothing to compare with yet.
      if (first === 0 && (ttl !== (from === 1 ? ttlB : ttlA) || !steady)) return IRREGULAR;
      phase = OVER;
    } else if (phase !== BEFORE || (control & FIN) !== 0) {
      const before = phase;
      if (before === BEFORE) {
        closer = from;
        firstEnd = end;
        close.before = previousTime;
        close.start = time;
      }
      phase = nextPhase(
        before,
        from === closer,
        control,
        length,
        ack,
        firstEnd,
        from === 1 ? highA : highB,
        data,
      );
      if (phase === IRREGULAR || (control & FIN && end !== (from === 1 ? highB : highA))) return IRREGULAR;
      if (before === FIN_SENT) close.covered = time;
      if (phase === OVER) close.end = time;
      if (phase === BOTH_SENT) {
        close.kind = data ? HALF_CLOSE : before === FIN_SENT ? THREE_WAY : FOUR_WAY;
        close.answered = time;
      } else if (from !== closer && length > 0) data = true;
    }

    if (from === 1) {
      if (ttlB >= 0 && ttl !== ttlB) steady = false;
      if (windowB >= 0 && window !== windowB) steady = false;
      ttlB = ttl;
      if (index > 1) windowB = window;
    } else {
      if (ttlA >= 0 && ttl !== ttlA) steady = false;
      if (windowA >= 0 && window !== windowA) steady = false;
      ttlA = ttl;
      if (index > 1) windowA = window;
    }
    previousFrame = frame;
    previousTime = time;
  }
  close.byServer = closer !== client;
  return phase;
}

/** Whether both ends had acknowledged everything when an RST of end `from` came. */
function isQuiet(words: Int32Array, row: number, from: number, seq: number, ack: number): boolean {
  const own = row + SENT + from * DIRECTION;
  const peer = row + SENT + (1 - from) * DIRECTION;
  return (
    words[own + HIGH] === seq &&
    words[peer + ACK_HIGH] === seq &&
    words[peer + HIGH] === ack &&
    words[own + ACK_HIGH] === ack
  );
}
