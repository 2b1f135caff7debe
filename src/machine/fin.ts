import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { dropOf, isForgery } from './dropped.ts';
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
  /** Copies that their receiver had to drop and did not acknowledge, in force or not. Indexes in capture order. */
  readonly dropped: readonly number[];
  /** Highest end that the side ever sent, FINs that are not in force left out. */
  readonly sentEnd: number;
}

/**
 * Finds the FIN of `side` that is in force, with hindsight over the whole closing: it carries ACK (RFC 9293 3.10.7.4
 * step 5 drops a segment without), its octet is not data, and of several the one that the peer acknowledges. A copy
 * that its receiver had to drop counts where the receiver acknowledged it nevertheless.
 */
export function readFins(segments: readonly LoggedSegment[], side: Side): FinReading {
  const groups: Group[] = [];
  const others: number[] = [];
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment?.from !== side || !has(segment, FIN) || has(segment, RST)) continue;
    if (!has(segment, ACK)) others.push(index);
    else addTo(groups, endOf(segment), index);
  }
  if (groups.length === 0) {
    return { inForce: null, others, dropped: NONE, sentEnd: highestEnd(segments, side, others) };
  }

  const chosen = choose(segments, side, groups);
  for (const { copies } of groups) {
    for (const copy of copies) if (!chosen?.copies.includes(copy)) others.push(copy);
  }
  others.sort((a, b) => a - b);

  const sentEnd = highestEnd(segments, side, others);
  const inForce = chosen && {
    end: chosen.end,
    copies: chosen.copies,
    coveredAt: firstCover(segments, side, chosen.end, sentEnd),
  };
  const dropped = others.filter((index) => dropOf(segments, index) !== null);
  if (chosen) dropped.push(...chosen.dropped);
  return { inForce, others, dropped: dropped.sort((a, b) => a - b), sentEnd };
}

const NONE: readonly number[] = [];

/** The copies of the FINs that end at one number, indexes. */
interface Group {
  readonly end: number;
  readonly copies: number[];
}

function addTo(groups: Group[], end: number, index: number): void {
  const known = groups.find((group) => group.end === end);
  if (known) known.copies.push(index);
  else groups.push({ end, copies: [index] });
}

/** The FIN in force: the one that is acknowledged, or else the newest that was not dropped, or else the newest. */
function choose(segments: readonly LoggedSegment[], side: Side, groups: readonly Group[]): Candidate | null {
  const candidates: Candidate[] = [];
  for (const { end, copies } of groups) {
    const candidate = candidateOf(segments, side, end, copies);
    if (candidate) candidates.push(candidate);
  }
  return (
    candidates.find(({ covered }) => covered) ??
    candidates.findLast(({ copies, dropped }) => dropped.length < copies.length) ??
    candidates.at(-1) ??
    null
  );
}

interface Candidate {
  readonly end: number;
  readonly copies: readonly number[];
  readonly covered: boolean;
  readonly dropped: readonly number[];
}

/** The FIN that ends at `end`, where it may be in force: without the copies that something else sent in the side's name. */
function candidateOf(
  segments: readonly LoggedSegment[],
  side: Side,
  end: number,
  all: readonly number[],
): Candidate | null {
  const cover = firstCover(segments, side, end, end);
  const drops = all.map((index) => dropOf(segments, index));
  const first = all.find((_, n) => !isForgery(drops[n] ?? null)) ?? Infinity;
  // A copy that comes behind one of the side's own with an older timestamp was overtaken by that on its way.
  const own = all.filter((index, n) => {
    const drop = drops[n] ?? null;
    return !isForgery(drop) || (drop === 'old-timestamp' && index > first);
  });
  // Where nothing but forgeries bears the number and one is acknowledged, it was taken all the same.
  const copies = own.length > 0 || cover === null ? own : all;
  if (copies.length === 0 || isData(segments, side, advance(end, -1), copies, cover ?? Infinity)) return null;
  const dropped = copies.filter((index) => drops[all.indexOf(index)] !== null);
  const isTaken = cover !== null && dropped.length === copies.length;
  return { end, copies, covered: cover !== null, dropped: isTaken ? [] : dropped };
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
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment && segment.from !== side && covers(segment, end, sentEnd)) return index;
  }
  return null;
}

/**
 * The octet that a FIN claims was sent as data: before it; or later, while nobody had acknowledged that octet (`cover`:
 * index of the segment that did), so that the FIN was forged or withdrawn. What comes after is data behind a FIN.
 */
function isData(
  segments: readonly LoggedSegment[],
  side: Side,
  octet: number,
  copies: readonly number[],
  cover: number,
): boolean {
  const first = copies[0] ?? 0;
  let finSeen = false;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment?.from !== side || has(segment, RST)) continue;
    // What was sent before the log began is known by its highest end only, and only until the first FIN counts in it.
    if (!finSeen && index <= first && after(segment.highBefore, octet)) return true;
    if (has(segment, FIN)) finSeen = true;
    if (index > first && index > cover) continue;
    const bears =
      segment.length > 0 &&
      atOrBefore(segment.seq, octet) &&
      after(advance(segment.seq, segment.length), octet);
    // A keep-alive may carry one octet at SND.NXT-1, which is the FIN's own number (RFC 9293 3.8.4).
    const isProbe = segment.length <= 1 && segment.seq === octet;
    if (bears && (!isProbe || goesOnBehind(segments, side, octet))) return true;
  }
  return false;
}

/** Data follows right behind the octet: then one octet at it is data as well, and no keep-alive. */
function goesOnBehind(segments: readonly LoggedSegment[], side: Side, octet: number): boolean {
  return segments.some((s) => s.from === side && !has(s, RST) && s.length > 0 && s.seq === advance(octet, 1));
}

/** The highest end of what the side sent. @param left indexes of FINs that do not count */
function highestEnd(segments: readonly LoggedSegment[], side: Side, left: readonly number[]): number {
  let end: number | null = null;
  let clean = true;
  let opening: LoggedSegment | null = null;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment?.from !== side || has(segment, RST)) continue;
    opening ??= segment;
    // A SYN that tried to open the 4-tuple anew, or a forged one, counts elsewhere.
    if (has(segment, SYN) && !(has(opening, SYN) && segment.seq === opening.seq)) continue;
    if (left.includes(index)) {
      clean = false;
      continue;
    }
    const reached = clean ? latest(segment.highBefore, endOf(segment)) : endOf(segment);
    end = end === null ? reached : latest(end, reached);
  }
  return end ?? 0;
}

/**
 * The side had received the FIN of its peer when it sent its own, by the numbers: its FIN, or something that it sent
 * before, acknowledges the peer's FIN. An ACK number beyond everything that the peer sent covers nothing, but shows that
 * the FIN had come, where that was captured before.
 */
export function closedSecond(
  segments: readonly LoggedSegment[],
  fins: Readonly<Record<Side, FinReading>>,
  side: Side,
): boolean {
  const { inForce: fin } = fins[side];
  const own = fin?.copies[0];
  const { inForce: peers, sentEnd } = fins[peerOf(side)];
  const peersFirst = peers?.copies[0];
  if (!fin || own === undefined || !peers || peersFirst === undefined) return false;
  for (let index = 0; index <= own; index++) {
    const segment = segments[index];
    if (segment?.from !== side) continue;
    // Its number stands behind the FIN: it was sent behind a copy that the capture lacks.
    if (index < own && !before(endOf(segment), fin.end)) continue;
    if (covers(segment, peers.end, sentEnd)) return true;
    const leaps = has(segment, ACK) && !has(segment, RST) && atOrAfter(segment.ack, peers.end);
    if (leaps && peersFirst < index) return true;
  }
  return false;
}
