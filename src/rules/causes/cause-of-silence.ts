import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, atOrAfter } from '../../machine/sequence.ts';
import { peerOf, SIDES, type Side } from '../../machine/state.ts';
import type { Ending } from '../facts/ending.ts';
import {
  finOf,
  framesOf,
  isNewData,
  roundTrips,
  SECOND,
  type Sent,
  seconds,
  sentBy,
  watchedUntil,
} from '../facts/facts.ts';
import { idleBefore } from '../facts/idle.ts';
import type { Connection } from '../rule.ts';
import { type Cause, cause } from './cause-names.ts';

/** Retransmissions without an answer after which a sender counts as giving up. */
const GIVES_UP = 2;
/** Seconds for which an answer to a SYN may be awaited before it counts as missing. */
const ANSWER = 1;
/** Seconds for which a window that stays closed is more than a busy reader. */
const CLOSED = 10;
/** Seconds without a segment after which something on the path may drop a connection from its table. */
const LONG_IDLE = 20;

/**
 * A server that never left SYN-RECEIVED: it sent its SYN,ACK again and again behind the client's ACK of it, and nothing
 * else before the segment at `until` (RFC 9293 3.8.1, 3.10.7.4 step 5).
 */
export function neverAccepted(connection: Connection, until: number): Cause | null {
  const { segments, opened } = connection.flow;
  const own = sentBy(connection, 'server').filter(
    ({ segment, index }) => index < until && !has(segment, RST),
  );
  const [first] = own;
  if (!opened || !first || own.some(({ segment }) => !has(segment, SYN) || !has(segment, ACK))) return null;
  const acknowledged = segments.findIndex(
    (s) =>
      s.from === 'client' && !has(s, SYN) && !has(s, RST) && has(s, ACK) && s.ack === endOf(first.segment),
  );
  const again = own.filter(({ index }) => acknowledged >= 0 && index > acknowledged);
  if (again.length < GIVES_UP) return null;
  const reset = segments[until];
  const frames = framesOf(connection, [acknowledged, ...again.map(({ index }) => index)]);
  return cause('never-accepted', 'server', [...frames, ...(reset ? [reset.frame] : [])], {
    synAcksAgain: again.length,
  });
}

/** The window of one side stayed closed, and the other probed it, until one of them gave up. */
export function slowReader({ connection, reset, index }: Ending): Cause | null {
  for (const reader of SIDES) {
    const closed = connection.flow.zeroWindow[reader];
    if (!closed || closed.until !== null || reset.time - closed.since < CLOSED * SECOND) continue;
    const asked = sentBy(connection, peerOf(reader)).findLast(
      (one) =>
        one.index < index &&
        !has(one.segment, RST) &&
        one.segment.time > closed.since + roundTrips(connection, 1),
    );
    if (!asked) continue;
    return cause('slow-reader', reader, [asked.segment.frame, reset.frame], {
      closed: seconds(reset.time - closed.since),
    });
  }
  return null;
}

/** A SYN that nothing answered. An earlier life of the 4-tuple may be why (TIME_WAIT). */
export function unansweredSyn(connection: Connection): Cause | null {
  const syns = sentBy(connection, 'client').filter(({ segment }) => has(segment, SYN));
  const last = syns.at(-1)?.segment;
  if (!last || watchedUntil(connection) - last.time < ANSWER * SECOND) return null;
  const name = syns.length > GIVES_UP ? 'retransmission-timeout' : 'unknown';
  const frames = syns.map(({ segment }) => segment.frame);
  return cause(name, null, frames, {
    unanswered: syns.length - 1,
    ...earlierLife(connection, syns[0]?.segment),
  });
}

/** The connection that the 4-tuple had before: its last frame, and how many seconds before the SYN it stopped. */
export function earlierLife({ previous }: Connection, syn: LoggedSegment | undefined): Cause['evidence'] {
  if (!previous || !syn) return {};
  const { frames, ended } = previous.flow;
  return { earlierLifeUntilFrame: frames.last, earlierLifeUntil: seconds(syn.time - ended) };
}

/** A FIN sent again and again to a peer from which nothing came any more. */
export function unansweredFin(connection: Connection): Cause | null {
  for (const side of SIDES) {
    const fin = finOf(connection, side);
    const first = fin === null ? undefined : connection.flow.segments[fin.copies[0] ?? -1];
    if (!fin || !first || fin.coveredAt !== null || fin.copies.length <= GIVES_UP) continue;
    const frames = framesOf(connection, fin.copies);
    const forgot = pathForgot(connection, side, first, frames);
    if (forgot) return forgot;
    // What was under way when the FIN left is no answer to it.
    const since = first.time + roundTrips(connection, 1);
    if (sentBy(connection, peerOf(side)).some(({ segment }) => segment.time > since)) continue;
    return gaveUpWaiting(connection, side, frames, fin.copies.length - 1);
  }
  return null;
}

/** The same with data, where neither FIN nor RST ended it. */
export function unansweredData(connection: Connection): Cause | null {
  const { segments } = connection.flow;
  const accepted = neverAccepted(connection, segments.length);
  if (accepted) return accepted;
  const last = segments.at(-1);
  if (!last || last.unanswered < GIVES_UP || has(last, FIN) || has(last, SYN)) return null;
  // Probes carry a byte at most; what a window of zero holds back is asked for with them, and answered.
  if (endOf(last) === last.seq) return null;
  const forgot = pathForgot(connection, last.from, last, [last.frame]);
  if (forgot) return forgot;
  const heard = sentBy(connection, peerOf(last.from)).at(-1)?.segment;
  if (heard && last.time - heard.time <= roundTrips(connection, 1)) return null;
  const idle = idleBefore(connection, last);
  if (idle >= LONG_IDLE * SECOND)
    return cause('idle-timeout', last.from, [last.frame], {
      idle: seconds(idle),
      unanswered: last.unanswered,
    });
  return gaveUpWaiting(connection, last.from, [last.frame], last.unanswered);
}

/**
 * Both sides speak and neither hears: behind a long silence, or a half-close, what `side` sent found no answer, while its
 * peer sent something of its own that found none either.
 */
function pathForgot(
  connection: Connection,
  side: Side,
  first: LoggedSegment,
  frames: readonly number[],
): Cause | null {
  const idle = idleBefore(connection, first);
  const halfClosed = finOf(connection, peerOf(side))?.coveredAt != null;
  if (idle < LONG_IDLE * SECOND && !halfClosed) return null;
  const start = first.time + roundTrips(connection, 1);
  const deaf = sentBy(connection, peerOf(side)).filter(
    (one) => one.segment.time > start && isOfItsOwn(one.segment) && !isAnswered(connection, one),
  );
  const heard = sentBy(connection, peerOf(side)).some(
    ({ segment }) => segment.time > start && has(segment, ACK) && after(segment.ack, first.seq),
  );
  const [alive] = deaf;
  if (!alive || heard || deaf.length < GIVES_UP) return null;
  return cause('path-forgot', null, [...frames, ...deaf.map(({ segment }) => segment.frame)], {
    idle: seconds(idle),
    halfClosed,
  });
}

/** Data, a FIN or a probe: what asks for an answer rather than giving one. */
function isOfItsOwn(segment: LoggedSegment): boolean {
  return (
    !has(segment, RST) &&
    !has(segment, SYN) &&
    (segment.length > 0 || has(segment, FIN) || segment.unanswered > 0)
  );
}

function isAnswered(connection: Connection, { segment, index }: Sent): boolean {
  return sentBy(connection, peerOf(segment.from)).some(
    (one) =>
      one.index > index &&
      has(one.segment, ACK) &&
      atOrAfter(one.segment.ack, endOf(segment)) &&
      (isNewData(segment) || has(segment, FIN)),
  );
}

function gaveUpWaiting(
  connection: Connection,
  side: Side,
  frames: readonly number[],
  unanswered: number,
): Cause {
  const heard = sentBy(connection, peerOf(side)).at(-1)?.segment;
  const silent = heard ? seconds(connection.flow.ended - heard.time) : null;
  return cause('retransmission-timeout', null, frames, { gaveUp: side, unanswered, silent });
}
