import { ACK, RST, SYN } from '../decode/segment.ts';
import { closedSecond, covers } from './fin.ts';
import { has, type LoggedSegment } from './logged-segment.ts';
import type { History, Replay, Transition } from './replay.ts';
import { advance, after, before } from './sequence.ts';
import { peerOf, type Side } from './state.ts';

/** How a connection closed (docs/model.md has the meaning of each). */
export const CLOSE_KINDS = [
  'four-way',
  'three-way',
  'simultaneous',
  'half-close',
  'abort',
  'reset-after-fin',
  'incomplete',
  'open',
  'refused',
  'unanswered',
  'partial',
] as const;
export type CloseKind = (typeof CLOSE_KINDS)[number];

export const CLOSERS = ['client', 'server', 'both', 'none'] as const;
export type Closer = (typeof CLOSERS)[number];

export interface Close {
  readonly kind: CloseKind;
  readonly closer: Closer;
  /** Time of the first FIN in force or RST that took effect, nanoseconds; null where nothing closed it. */
  readonly start: number | null;
  /** Time of the segment that ended it, nanoseconds; null while it is not over. */
  readonly end: number | null;
}

/** Says how a replayed connection closed and who closed first. */
export function closeOf(history: History, replay: Replay): Close {
  const { segments } = history;
  const reset = replay.transitions.find((t) => t.on === 'send RST' || t.on === 'receive RST');
  const [first, second] = finOrder(replay, segments);
  if (first) {
    const start = timeAt(segments, first.index);
    const crossing = second !== undefined && !second.coversOther && !first.coversOther;
    const closer: Closer = crossing ? 'both' : first.side;
    if (second && first.coveredAt !== null && second.coveredAt !== null) {
      const kind = crossing ? 'simultaneous' : exchangeKind(segments, replay, second.side);
      const end = Math.max(timeAt(segments, first.coveredAt), timeAt(segments, second.coveredAt));
      return { kind, closer, start, end };
    }
    if (!reset) return { kind: 'incomplete', closer, start, end: null };
    if (start <= reset.time) return { kind: 'reset-after-fin', closer, start, end: reset.time };
  }
  if (reset) return resetClose(history, reset);
  return { kind: quietKind(history), closer: 'none', start: null, end: null };
}

interface OrderedFin {
  readonly side: Side;
  readonly index: number;
  readonly coveredAt: number | null;
  /** It was sent by a side that had received the other FIN. */
  readonly coversOther: boolean;
}

/** The FINs in force, first sent first. Crossing is told by ACK numbers, never by capture order. */
function finOrder(replay: Replay, segments: readonly LoggedSegment[]): OrderedFin[] {
  const client = orderedFin(replay, segments, 'client');
  const server = orderedFin(replay, segments, 'server');
  if (client === null) return server === null ? [] : [server];
  if (server === null) return [client];
  const order = Number(client.coversOther) - Number(server.coversOther) || client.index - server.index;
  return order <= 0 ? [client, server] : [server, client];
}

function orderedFin({ fins }: Replay, segments: readonly LoggedSegment[], side: Side): OrderedFin | null {
  const fin = fins[side].inForce;
  const index = fin?.copies[0];
  if (!fin || index === undefined) return null;
  return { side, index, coveredAt: fin.coveredAt, coversOther: closedSecond(segments, fins, side) };
}

/** Which of the three orderly exchanges it was; `second` is the side that closed second. */
function exchangeKind(segments: readonly LoggedSegment[], { fins }: Replay, second: Side): CloseKind {
  const firstFin = fins[peerOf(second)];
  const own = fins[second].inForce;
  const ownFin = own?.copies[0] ?? 0;
  const end = firstFin.inForce?.end ?? 0;
  const acknowledged = firstFin.inForce?.coveredAt ?? 0;
  const sentNewData = segments.some(
    (s, index) =>
      index !== ownFin &&
      s.from === second &&
      // What comes behind its own FIN is no part of a half-close.
      own !== null &&
      before(advance(s.seq, s.length), own.end) &&
      covers(s, end, firstFin.sentEnd) &&
      s.length > 0 &&
      after(advance(s.seq, s.length), s.highBefore),
  );
  if (sentNewData) return 'half-close';
  return acknowledged === ownFin ? 'three-way' : 'four-way';
}

function resetClose({ segments, opened }: History, reset: Transition): Close {
  const sender = reset.on === 'send RST' ? reset.side : peerOf(reset.side);
  const answered = segments.some((s) => s.from === 'server' && !has(s, RST));
  // One segment ends it: there is no exchange that could last.
  const when = { start: reset.time, end: null };
  if (opened && !answered && sender === 'server') return { kind: 'refused', closer: 'none', ...when };
  const stray = !opened && segments.every((s) => has(s, RST));
  if (stray) return { kind: 'partial', closer: 'none', start: null, end: null };
  return { kind: 'abort', closer: sender, ...when };
}

/** No FIN in force and no RST that took effect. */
function quietKind({ segments, opened }: History): CloseKind {
  if (!opened) return 'partial';
  const answered = segments.some((s) => s.from === 'server');
  const onlySyn = segments.every((s) => s.from === 'client' && has(s, SYN) && !has(s, ACK));
  if (segments.some((s) => s.from === 'server' && has(s, RST) && !has(s, SYN)) && !establishing(segments)) {
    return 'refused';
  }
  return !answered && onlySyn ? 'unanswered' : 'open';
}

function establishing(segments: readonly LoggedSegment[]): boolean {
  return segments.some((s) => s.from === 'server' && !has(s, RST));
}

function timeAt(segments: readonly LoggedSegment[], index: number | null): number {
  return index === null ? 0 : (segments[index]?.time ?? 0);
}
