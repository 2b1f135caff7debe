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
  const own = segments.slice(0, index).filter((s) => s.from === receiver && !has(s, RST));
  const isn = initialOf(own, receiver);
  const synSent = own.length > 0 && own.every((s) => has(s, SYN) && !has(s, ACK));
  if (synSent && isn !== null) {
    return has(reset, ACK) && reset.ack === highestSent(own) ? 'exact' : 'unacceptable';
  }
  const acknowledging = own.filter((s) => has(s, ACK));
  const low = acknowledging.map((s) => s.ack).reduce<number | null>(higher, null);
  const sent = segments.slice(0, index).filter((s) => s.from !== receiver && !has(s, RST));
  const front = sent.map((s) => s.front).reduce<number | null>(higher, null);
  // Nothing known of what the receiver expects: whatever the sender had sent fits.
  if (low === null) return front === null || reset.seq === front ? 'exact' : 'in-window';
  const high = front === null ? low : latest(low, front);
  // What the receiver expects is what it said last, where its ACK number goes back (no stack should do that).
  if (reset.seq === lastWord(acknowledging)) return 'exact';
  if (atOrAfter(reset.seq, low) && atOrBefore(reset.seq, high)) return 'exact';
  if (before(reset.seq, low)) return 'unacceptable';
  const window = Math.max(0, ...acknowledging.map((s) => s.windowBytes));
  return before(reset.seq, advance(high, window + ROUNDED_UP)) ? 'in-window' : 'unacceptable';
}

/** The ACK number of the newest segment, where that brings new data and so was not overtaken; null where it does not. */
function lastWord(acknowledging: readonly LoggedSegment[]): number | null {
  const last = acknowledging.at(-1);
  return last && last.length > 0 && after(endOf(last), last.highBefore) ? last.ack : null;
}

/** How far beyond the advertised edge a stack may accept: FreeBSD rounds 65,535 up to a multiple of the MSS. */
const ROUNDED_UP = 1460;

/** The number of a side's SYN; null where it was not captured. */
export function initialOf(segments: readonly LoggedSegment[], side: Side): number | null {
  return segments.find((s) => s.from === side && has(s, SYN))?.seq ?? null;
}

function highestSent(own: readonly LoggedSegment[]): number {
  return own.map(endOf).reduce<number | null>(higher, null) ?? 0;
}

function higher(highest: number | null, number: number): number {
  return highest === null ? number : latest(highest, number);
}
