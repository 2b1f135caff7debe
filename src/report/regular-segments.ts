/** What is asked of the segments of a regular ending. Sides and indexes only: nothing is allocated. */
import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { Side } from '../machine/state.ts';
import { type Vantage, vantageOfHalves } from '../machine/vantage.ts';

/** No segment. */
export const NONE = -1;

export function senderOf(segments: CompactSegments, index: number): Side {
  return segments.fromServer[index] ? 'server' : 'client';
}

/** The side's next segment that shows what it knows: any but an RST. */
export function nextOf(segments: CompactSegments, side: Side, index: number): number {
  for (let next = index + 1; next < segments.count; next++) {
    if (senderOf(segments, next) === side && ((segments.flags[next] ?? 0) & RST) === 0) return next;
  }
  return NONE;
}

/** The side's last segment before another one; the first of all where it has none. */
export function lastOf(segments: CompactSegments, side: Side, before: number): number {
  let index = before - 1;
  while (index > 0 && senderOf(segments, index) !== side) index--;
  return index;
}

export function bytesOf(segments: CompactSegments, side: Side): number {
  let bytes = 0;
  for (let index = 0; index < segments.count; index++) {
    if (senderOf(segments, index) === side) bytes += segments.lengths[index] ?? 0;
  }
  return bytes;
}

/** Where the capture was made, by the opening, whose segments are the first three. */
export function vantageIn({ times }: CompactSegments): Vantage | null {
  const answered = times[1] ?? 0;
  return vantageOfHalves(answered - (times[0] ?? 0), (times[2] ?? 0) - answered);
}

/** Zeek's history, as `flow/history.ts` has it. */
export function historyOf(segments: CompactSegments): string {
  let text = '';
  let seen = 0;
  for (let index = 0; index < segments.count; index++) {
    const letter = letterOf(segments.flags[index] ?? 0, segments.lengths[index] ?? 0);
    const place = segments.fromServer[index] ? letter + LETTERS.length / 2 : letter;
    if (seen & (1 << place)) continue;
    seen |= 1 << place;
    text += LETTERS[place];
  }
  return text;
}

const LETTERS = 'SHFRDAshfrda';

function letterOf(flags: number, length: number): number {
  if (flags & SYN) return flags & ACK ? 1 : 0;
  if (flags & FIN) return 2;
  if (flags & RST) return 3;
  return length > 0 ? 4 : 5;
}
