import { FIN, RST, SYN } from '../decode/segment.ts';
import { endOf, has } from '../machine/logged-segment.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { type Cause, cause } from './cause-names.ts';
import { RECOGNISERS } from './cause-of-reset.ts';
import { unreachable, unreachableForLong } from './cause-unreachable.ts';
import { at, finOf, framesOf, roundTrips, seconds, sentBy } from './facts.ts';
import type { Connection } from './rule.ts';

/** Retransmissions without an answer after which a sender counts as giving up. */
const GIVES_UP = 2;

/**
 * What brought a reset or a broken close about, by the packets that separate it from the other causes (a cause is
 * evidence, never a verdict). Null where the connection closed in order, is still closing, or did not close.
 */
export function causeOf(connection: Connection): Cause | null {
  switch (connection.close.kind) {
    case 'unanswered':
      return unreachable(connection, 'client');
    case 'refused':
      return refused(connection);
    case 'abort':
    case 'reset-after-fin':
      return causeOfReset(connection);
    case 'incomplete':
      return unreachableForLong(connection) ?? (connection.flow.oneSided ? null : unansweredFin(connection));
    case 'open':
      return unreachableForLong(connection) ?? (connection.flow.oneSided ? null : unansweredData(connection));
    case 'partial':
      return unreachableForLong(connection);
    default:
      return null;
  }
}

function causeOfReset(connection: Connection): Cause {
  const index = endingReset(connection);
  const reset = at(connection, index);
  if (index === null || !reset) return cause('unknown', null, []);
  const ending = { connection, reset, index, side: reset.from };
  for (const recognise of RECOGNISERS) {
    const found = recognise(ending);
    if (found) return found;
  }
  return cause('unknown', reset.from, [reset.frame]);
}

/** The RST that ended the connection: the first that its receiver obeyed, or else the first that its sender stands by. */
function endingReset({ flow, replay }: Connection): number | null {
  const obeyed = SIDES.flatMap((side) =>
    replay.readings[side].receptions
      .filter(({ effect }) => effect === 'RST')
      .map(({ cause: index }) => index),
  );
  const standing = SIDES.flatMap((side) => replay.readings[side].resets);
  const known = (obeyed.length > 0 ? obeyed : standing).filter((index) => flow.segments[index] !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

/** RFC 9293 3.10.7.1, 3.10.7.2: nobody listens, or somebody says so in the listener's name. */
function refused(connection: Connection): Cause {
  const { segments } = connection.flow;
  const reset = segments.find((s) => s.from === 'server' && has(s, RST));
  const syn = segments.findLast((s) => has(s, SYN) && (reset === undefined || s.frame < reset.frame));
  // An RST that comes when the newest SYN had been reported as undeliverable is the path's answer, too.
  const told = reset ? unreachable(connection, 'client', reset.frame) : null;
  const isOfThatSyn = connection.flow.unreachable.some(
    ({ frame }) => syn !== undefined && reset !== undefined && frame > syn.frame && frame < reset.frame,
  );
  if (told && isOfThatSyn) return told;
  return cause('refused', 'server', [...(syn ? [syn.frame] : []), ...(reset ? [reset.frame] : [])]);
}

/** A FIN sent again and again to a peer from which nothing came any more. */
function unansweredFin(connection: Connection): Cause | null {
  for (const side of SIDES) {
    const fin = finOf(connection, side);
    const first = at(connection, fin?.copies[0] ?? null);
    if (!fin || !first || fin.coveredAt !== null || fin.copies.length <= GIVES_UP) continue;
    // What was under way when the FIN left is no answer to it.
    const since = first.time + roundTrips(connection, 1);
    const alive = sentBy(connection, peerOf(side)).some(({ segment }) => segment.time > since);
    if (alive) continue;
    return gaveUpWaiting(connection, side, framesOf(connection, fin.copies), fin.copies.length - 1);
  }
  return null;
}

/** The same with data, where neither FIN nor RST ended it. */
function unansweredData(connection: Connection): Cause | null {
  const { segments } = connection.flow;
  const last = segments.at(-1);
  if (!last || last.unanswered < GIVES_UP || has(last, FIN) || has(last, SYN)) return null;
  // Probes carry a byte at most; what a window of zero holds back is asked for with them, and answered.
  if (endOf(last) === last.seq) return null;
  const heard = sentBy(connection, peerOf(last.from)).at(-1)?.segment;
  if (heard && last.time - heard.time <= roundTrips(connection, 1)) return null;
  return gaveUpWaiting(connection, last.from, [last.frame], last.unanswered);
}

function gaveUpWaiting(
  connection: Connection,
  side: Side,
  frames: readonly number[],
  unanswered: number,
): Cause {
  const heard = sentBy(connection, peerOf(side)).at(-1)?.segment;
  const silent = heard ? seconds(connection.flow.ended - heard.time) : null;
  return cause('retransmission-timeout', side, frames, { unanswered, silent });
}
