import { ACK, RST, SYN } from '../decode/segment.ts';
import { endOf, has, type LoggedSegment } from './logged-segment.ts';
import { advance, after, atOrAfter, atOrBefore, before, latest } from './sequence.ts';
import type { Side } from './state.ts';

export type ResetJudgement = 'exact' | 'in-window' | 'unacceptable';

/**
 * What an RST is to its receiver by RFC 9293 3.10.7.4 step 3 and RFC 5961 3.2. On the wire RCV.NXT is a range: from
 * the receiver's highest ACK to the contiguous end captured. Its ACK field is checked in SYN-SENT only. The right edge
 * of the window is not sharp, for stacks round their buffers up.
 */
export function judgeReset(
  { segments }: { readonly segments: readonly LoggedSegment[] },
  receiver: Side,
  index: number,
): ResetJudgement {
  const reset = segments[index];
  if (!reset) return 'unacceptable';
  const known = knownBefore(segments, receiver, index);
  const { low, front } = known;
  // In SYN-SENT the number that it acknowledges is checked, and nothing else.
  if (known.isSynSent) {
    return has(reset, ACK) && reset.ack === known.sent ? 'exact' : 'unacceptable';
  }
  // Nothing known of what the receiver expects: whatever the sender had sent fits.
  if (low === null) return front === null || reset.seq === front ? 'exact' : 'in-window';
  const high = front === null ? low : latest(low, front);
  // What the receiver expects is what it said last, where its ACK number goes back (no stack should do that).
  if (reset.seq === known.lastWord) return 'exact';
  if (atOrAfter(reset.seq, low) && atOrBefore(reset.seq, high)) return 'exact';
  if (before(reset.seq, low)) return 'unacceptable';
  return before(reset.seq, advance(high, known.window + ROUNDED_UP)) ? 'in-window' : 'unacceptable';
}

/** What the segments in front of an RST show of what its receiver expects. */
interface Expected {
  /** The receiver has sent nothing but SYNs. */
  readonly isSynSent: boolean;
  /** The number behind the last octet that the receiver sent; null where it sent nothing. */
  readonly sent: number | null;
  /** The receiver's highest ACK number; null where it acknowledged nothing. */
  readonly low: number | null;
  /** The contiguous end of what came for it; null where nothing did. */
  readonly front: number | null;
  /** The ACK number of its newest segment with ACK, where that brings new data and so was not overtaken; else null. */
  readonly lastWord: number | null;
  /** The largest window that it offered, bytes. */
  readonly window: number;
}

function knownBefore(segments: readonly LoggedSegment[], receiver: Side, index: number): Expected {
  let isSynSent = false;
  let hasOther = false;
  let sent: number | null = null;
  let low: number | null = null;
  let front: number | null = null;
  let lastWord: number | null = null;
  let window = 0;
  for (let at = 0; at < index; at++) {
    const segment = segments[at];
    if (!segment || has(segment, RST)) continue;
    if (segment.from !== receiver) {
      front = higher(front, segment.front);
      continue;
    }
    const isAck = has(segment, ACK);
    if (has(segment, SYN) && !isAck) isSynSent = true;
    else hasOther = true;
    sent = higher(sent, endOf(segment));
    if (!isAck) continue;
    low = higher(low, segment.ack);
    lastWord = segment.length > 0 && after(endOf(segment), segment.highBefore) ? segment.ack : null;
    window = Math.max(window, segment.windowBytes);
  }
  return { isSynSent: isSynSent && !hasOther, sent, low, front, lastWord, window };
}

/** How far beyond the advertised edge a stack may accept: FreeBSD rounds 65,535 up to a multiple of the MSS. */
const ROUNDED_UP = 1460;

/** The number of a side's SYN; null where it was not captured. */
export function initialOf(segments: readonly LoggedSegment[], side: Side): number | null {
  for (const s of segments) if (s.from === side && has(s, SYN)) return s.seq;
  return null;
}

function higher(highest: number | null, number: number): number {
  return highest === null ? number : latest(highest, number);
}
