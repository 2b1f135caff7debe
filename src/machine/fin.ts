import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { endOf, has, type LoggedSegment } from './logged-segment.ts';
import { advance, after, atOrAfter, atOrBefore, before, latest } from './sequence.ts';
import { peerOf, type Side } from './state.ts';

/** The FIN of one side that is in force. */
export interface Fin {
  /** The number behind the FIN's own octet. */
  readonly end: number;
  /** Every copy of it, as indexes into the connection's segments, in capture order. */
  readonly copies: readonly number[];
  /** The peer's first segment whose ACK number covers it; null when there is none. */
  readonly coveredAt: number | null;
}

/** All FINs that came in one side's name. */
export interface FinReading {
  readonly inForce: Fin | null;
  /** Copies of FINs that are not in force: forged, moved, or without ACK. Indexes in capture order. */
  readonly others: readonly number[];
  /** Highest end that the side ever sent, FINs that are not in force left out. */
  readonly sentEnd: number;
}

/**
 * Finds the FIN of `side` that is in force, with hindsight over the whole closing: it carries ACK (RFC 9293 3.10.7.4
 * step 5 drops a segment without), its octet is not data, and of several the one that the peer acknowledges.
 */
export function readFins(segments: readonly LoggedSegment[], side: Side): FinReading {
  const byEnd = new Map<number, number[]>();
  const bare: number[] = [];
  segments.forEach((segment, index) => {
    if (segment.from !== side || !has(segment, FIN) || has(segment, RST)) return;
    if (!has(segment, ACK)) {
      bare.push(index);
      return;
    }
    const end = endOf(segment);
    const copies = byEnd.get(end);
    if (copies) copies.push(index);
    else byEnd.set(end, [index]);
  });

  const candidates = [...byEnd]
    .filter(([end, copies]) => !isData(segments, side, advance(end, -1), copies))
    .map(([end, copies]) => ({ end, copies }));
  const covered = candidates.filter(({ end }) => firstCover(segments, side, end, end) !== null);
  const chosen = covered[0] ?? candidates.at(-1) ?? null;

  const others = [...bare];
  for (const [end, copies] of byEnd) if (end !== chosen?.end) others.push(...copies);
  others.sort((a, b) => a - b);

  const sentEnd = highestEnd(segments, side, new Set(others));
  const inForce = chosen && { ...chosen, coveredAt: firstCover(segments, side, chosen.end, sentEnd) };
  return { inForce, others, sentEnd };
}

/**
 * True when the segment's ACK number covers a FIN that ends at `end`: at or above it, and not above what its sender
 * ever sent (`sentEnd`), for one above that is not acceptable and covers nothing (RFC 9293 3.10.7.4 step 5).
 */
export function covers(segment: LoggedSegment, end: number, sentEnd: number): boolean {
  return (
    has(segment, ACK) &&
    !has(segment, RST) &&
    atOrAfter(segment.ack, end) &&
    atOrBefore(segment.ack, latest(end, sentEnd))
  );
}

function firstCover(
  segments: readonly LoggedSegment[],
  side: Side,
  end: number,
  sentEnd: number,
): number | null {
  const peer = peerOf(side);
  const index = segments.findIndex((segment) => segment.from === peer && covers(segment, end, sentEnd));
  return index < 0 ? null : index;
}

/** The octet that a FIN claims was sent as data: before it, or later, so that the FIN was forged or withdrawn. */
function isData(
  segments: readonly LoggedSegment[],
  side: Side,
  octet: number,
  copies: readonly number[],
): boolean {
  const first = copies[0] ?? 0;
  let finSeen = false;
  return segments.some((segment, index) => {
    if (segment.from !== side || has(segment, RST)) return false;
    // What was sent before the log began is known by its highest end only, and only until the first FIN counts in it.
    if (!finSeen && index <= first && after(segment.highBefore, octet)) return true;
    if (has(segment, FIN)) finSeen = true;
    // A keep-alive may carry one octet at SND.NXT-1, which is the FIN's own number (RFC 9293 3.8.4).
    if (segment.length <= 1 && segment.seq === octet && !goesOnBehind(segments, side, octet)) return false;
    return (
      segment.length > 0 &&
      atOrBefore(segment.seq, octet) &&
      after(advance(segment.seq, segment.length), octet)
    );
  });
}

/** Data follows right behind the octet: then one octet at it is data as well, and no keep-alive. */
function goesOnBehind(segments: readonly LoggedSegment[], side: Side, octet: number): boolean {
  return segments.some((s) => s.from === side && !has(s, RST) && s.length > 0 && s.seq === advance(octet, 1));
}

function highestEnd(segments: readonly LoggedSegment[], side: Side, left: ReadonlySet<number>): number {
  let end: number | null = null;
  let clean = true;
  const opening = segments.find((s) => s.from === side && !has(s, RST));
  const initial = opening && has(opening, SYN) ? opening.seq : null;
  segments.forEach((segment, index) => {
    if (segment.from !== side || has(segment, RST)) return;
    // A SYN that tried to open the 4-tuple anew, or a forged one, counts elsewhere.
    if (has(segment, SYN) && segment.seq !== initial) return;
    if (left.has(index)) {
      clean = false;
      return;
    }
    const reached = clean ? latest(segment.highBefore, endOf(segment)) : endOf(segment);
    end = end === null || before(end, reached) ? reached : end;
  });
  return end ?? 0;
}
