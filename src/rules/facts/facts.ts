import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import type { Context } from '../../machine/context.ts';
import { covers, type Fin } from '../../machine/fin.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { within } from '../../machine/round-trip.ts';
import { advance, after, atOrBefore, before, latest } from '../../machine/sequence.ts';
import { peerOf, type Side, type State } from '../../machine/state.ts';
import { nearSide } from '../../machine/vantage.ts';
import type { Connection } from '../rule.ts';
import { askedOnce, askedOnceOf } from './memo.ts';

export const SECOND = 1e9;

/**
 * No general-purpose stack keeps TIME_WAIT shorter than this, seconds: smoltcp has 10, macOS 30, most 60. How long a
 * TIME_WAIT lasts is not on the wire, so what happens later than this is never held against anybody for certain.
 */
export const SHORTEST_TIME_WAIT = 10;

export function finOf({ replay }: Connection, side: Side): Fin | null {
  return replay.fins[side].inForce;
}

/** The first copy of a side's FIN. */
export function firstFin(connection: Connection, side: Side): LoggedSegment | null {
  const first = finOf(connection, side)?.copies[0];
  return first === undefined ? null : at(connection, first);
}

export function at({ flow }: Connection, index: number | null): LoggedSegment | null {
  return index === null ? null : (flow.segments[index] ?? null);
}

export function framesOf(connection: Connection, indexes: readonly number[]): number[] {
  const frames: number[] = [];
  for (const index of indexes) {
    const segment = at(connection, index);
    if (segment) frames.push(segment.frame);
  }
  return frames;
}

/** Up to when the capture would have shown more of this incarnation, nanoseconds. */
export function watchedUntil({ flow }: Connection): number {
  return flow.reopened?.time ?? flow.end;
}

/** Seconds, to the microsecond, as evidence has them. */
export function seconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 1000) / 1e6;
}

/** The side that the capture was made next to; null where it was made between them, or cannot be told. */
export const nearSideOf: (connection: Connection) => Side | null = askedOnce(({ flow }) =>
  nearSide(flow.segments),
);

/** About `trips` round trips, nanoseconds. */
export function roundTrips({ replay }: Connection, trips: number): number {
  return within(replay.roundTrip, trips);
}

/** The connection as the model's readers of single segments want it. */
export const contextOf: (connection: Connection) => Context = askedOnce(
  ({ flow: { segments }, replay: { fins, roundTrip } }) => ({ segments, fins, roundTrip }),
);

/** Which side of the previous incarnation a side of this one was: the opener may have changed. */
export function sideInPrevious({ flow }: Connection, previous: Connection, side: Side): Side {
  const { client } = previous.flow;
  const sameRoles = client.port === flow.client.port && client.address === flow.client.address;
  return sameRoles ? side : peerOf(side);
}

export interface Sent {
  readonly segment: LoggedSegment;
  /** Place among the connection's segments. */
  readonly index: number;
}

/** Segments of one side, with their indexes. */
export const sentBy: (connection: Connection, side: Side) => readonly Sent[] = askedOnceOf(
  ({ flow: { segments } }, side) => {
    const sent: Sent[] = [];
    for (let index = 0; index < segments.length; index++) {
      const segment = segments[index];
      if (segment?.from === side) sent.push({ segment, index });
    }
    return sent;
  },
);

/** The same, RSTs left out. */
export const streamOf: (connection: Connection, side: Side) => readonly Sent[] = askedOnceOf(
  (connection, side) => sentBy(connection, side).filter(({ segment }) => !has(segment, RST)),
);

/** The label of a side right before a frame. */
export function stateBefore({ flow, replay }: Connection, side: Side, frame: number, time: number): State {
  let state: State | null = null;
  for (const transition of replay.transitions) {
    if (transition.side !== side) continue;
    const earlier = transition.frame === null ? transition.time < time : transition.frame < frame;
    if (!earlier) return state ?? transition.from;
    state = transition.to;
  }
  return state ?? (flow.opened ? 'CLOSED' : 'ESTABLISHED');
}

/** The RST that ended the connection, by its transition; null when none did. */
export const resetOf: (connection: Connection) => EndingReset | null = askedOnce(({ replay }) => {
  const reset = replay.transitions.find((t) => t.on === 'send RST' || t.on === 'receive RST');
  if (!reset || reset.cause === null) return null;
  return {
    sender: reset.on === 'send RST' ? reset.side : peerOf(reset.side),
    frame: reset.cause,
    time: reset.time,
  };
});

export interface EndingReset {
  readonly sender: Side;
  readonly frame: number;
  readonly time: number;
}

/** Why the absence of a segment of `side` proves nothing here, as the report words it; null when it may. */
export const gapOf: (connection: Connection, side: Side) => string | null = askedOnceOf(findGap);

function findGap(connection: Connection, side: Side): string | null {
  const { flow } = connection;
  if (flow.oneSided) return 'only one direction was captured';
  if (flow.unlogged > 0) {
    const { unlogged } = flow;
    return `${unlogged} ${unlogged === 1 ? 'segment' : 'segments'} of its closing were too many to be looked at`;
  }
  if (isControlOnly(connection)) return 'only segments with SYN, FIN or RST were captured';
  if (strangersFrom(connection) !== Infinity) {
    return 'it has segments that follow on nothing in either direction, as those of another connection would';
  }
  const holes = flow.holes[side];
  if (holes > 0)
    return `the capture lacks ${holes} ${holes === 1 ? 'stretch' : 'stretches'} of what the ${side} sent`;
  if (jumpedAhead(connection, side)) return `the ${side} sent something that the capture lacks`;
  if (acknowledgedBeyond(connection, side)) {
    return `the peer acknowledged more of the ${side} than the capture has`;
  }
  return null;
}

/**
 * Index of the first segment that begins where its sender never was and acknowledges what its peer never sent: from
 * there on it may be another connection on the same ports, whose opening the capture lacks. Infinity where there is none.
 */
export const strangersFrom: (connection: Connection) => number = askedOnce(({ flow }) => {
  const first: Partial<Record<Side, number>> = {};
  const high: Partial<Record<Side, number>> = {};
  const index = flow.segments.findIndex((s) => {
    if (has(s, RST)) return false;
    const start = first[s.from];
    if (start !== undefined && has(s, SYN) && s.seq !== start) return false;
    first[s.from] ??= s.seq;
    const peers = high[peerOf(s.from)];
    const apart = start !== undefined && (before(s.seq, start) || after(s.seq, s.highBefore));
    const end = latest(s.highBefore, endOf(s));
    high[s.from] = latest(high[s.from] ?? end, end);
    const began = first[peerOf(s.from)];
    const unsent =
      (peers !== undefined && after(s.ack, peers)) || (began !== undefined && before(s.ack, began));
    return apart && has(s, ACK) && unsent;
  });
  return index < 0 ? Infinity : index;
});

/** A capture filter that lets nothing but SYN, FIN and RST through: not even the ACK that ends the opening is there. */
function isControlOnly({ flow }: Connection): boolean {
  return (
    flow.segments.length + flow.duplicates >= flow.frames.count &&
    flow.segments.every((s) => has(s, SYN) || has(s, FIN) || has(s, RST))
  );
}

/** A pure ACK carries SND.NXT: standing beyond everything captured of its sender, it shows that something is missing. */
function jumpedAhead(connection: Connection, side: Side): boolean {
  const own = streamOf(connection, side);
  const front = own.at(-1)?.segment.front;
  return own.some(
    ({ segment: s }) =>
      endOf(s) === s.seq && after(s.seq, s.highBefore) && front !== undefined && after(s.seq, front),
  );
}

/** The peer's ACK numbers pass everything captured of `side`, and no FIN of it says that there is no more. */
function acknowledgedBeyond(connection: Connection, side: Side): boolean {
  if (finOf(connection, side)) return false;
  const ack = highestAck(connection, peerOf(side));
  return (
    ack !== null && streamOf(connection, side).length > 0 && after(ack, connection.replay.fins[side].sentEnd)
  );
}

/** Before the segment at `index` the side had already acknowledged more than its peer had sent as far as captured. */
export function acknowledgedAhead({ flow }: Connection, side: Side, index: number): boolean {
  let sent: number | null = null;
  return flow.segments.slice(0, index).some((s) => {
    if (has(s, RST)) return false;
    if (s.from !== side) {
      const end = latest(s.highBefore, endOf(s));
      sent = sent === null ? end : latest(sent, end);
      return false;
    }
    return sent !== null && has(s, ACK) && after(s.ack, sent);
  });
}

/** The highest ACK number that a side sent before the segment `until` (an index), RSTs left out. */
export function highestAck(connection: Connection, side: Side, until: number = Infinity): number | null {
  let highest: number | null = null;
  for (const { segment, index } of sentBy(connection, side)) {
    if (index >= until) break;
    if (!has(segment, ACK) || has(segment, RST)) continue;
    highest = highest === null ? segment.ack : latest(highest, segment.ack);
  }
  return highest;
}

/** Indexes of segments with new payload that `side` sent in segments that cover its peer's FIN, before its own FIN. */
export function dataAfterPeersFin(connection: Connection, side: Side): number[] {
  const peers = connection.replay.fins[peerOf(side)];
  const own = finOf(connection, side);
  const fin = peers.inForce;
  if (!fin) return [];
  const found: number[] = [];
  for (const { segment, index } of sentBy(connection, side)) {
    const dataEnd = advance(segment.seq, segment.length);
    const isNew = segment.length > 0 && after(dataEnd, segment.highBefore);
    const beforeOwnFin = own === null || atOrBefore(dataEnd, advance(own.end, -1));
    if (isNew && beforeOwnFin && covers(segment, fin.end, peers.sentEnd)) found.push(index);
  }
  return found;
}

/** The side that closed second, when both did and one FIN answers the other. */
export function secondCloser(connection: Connection): Side | null {
  for (const side of ['client', 'server'] as const) {
    const fin = firstFin(connection, side);
    const peers = connection.replay.fins[peerOf(side)];
    if (fin && peers.inForce && covers(fin, peers.inForce.end, peers.sentEnd)) return side;
  }
  return null;
}

/** Payload of a segment, new when it reaches beyond what its sender had sent. */
export function isNewData(segment: LoggedSegment): boolean {
  return segment.length > 0 && !has(segment, RST) && after(endOf(segment), segment.highBefore);
}
