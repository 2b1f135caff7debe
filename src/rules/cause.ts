import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../machine/logged-segment.ts';
import { triggerOf } from '../machine/reception.ts';
import { after, atOrAfter, before } from '../machine/sequence.ts';
import { peerOf, type Side } from '../machine/state.ts';
import type { Cause, CauseName } from './cause-names.ts';
import { at, finOf, firstFin, isNewData, roundTrips, SECOND, seconds, sentBy } from './facts.ts';
import { looksLikeSender } from './identity.ts';
import type { Connection } from './rule.ts';

/** Seconds without a segment after which a connection counts as idle. */
const IDLE = 1;
/** Seconds without a segment that middleboxes and servers take for the end of a connection. */
const LONG_IDLE = 20;
/** Retransmissions or probes without an answer after which a sender gives up. */
const GIVES_UP = 2;

/**
 * What brought a reset or a broken close about, by the packets that separate it from the other causes (a cause is
 * evidence, never a verdict). Null where the connection closed in order, or did not close.
 */
export function causeOf(connection: Connection): Cause | null {
  const { close } = connection;
  if (close.kind === 'refused') return refused(connection);
  if (close.kind === 'incomplete') return brokenClose(connection);
  if (close.kind !== 'abort' && close.kind !== 'reset-after-fin') return null;
  const index = endingReset(connection);
  const reset = at(connection, index);
  if (index === null || !reset) return cause('unknown', null, []);
  const context = { connection, reset, index, side: reset.from };
  for (const recognise of RECOGNISERS) {
    const found = recognise(context);
    if (found) return found;
  }
  return cause('unknown', reset.from, [reset.frame]);
}

/** The RST that ended the connection: the first that its receiver obeyed or its sender stands by. */
function endingReset({ flow, replay }: Connection): number | null {
  const obeyed = (['client', 'server'] as const).flatMap((side) =>
    replay.readings[side].receptions
      .filter(({ effect }) => effect === 'RST')
      .map(({ cause: index }) => index),
  );
  const standing = [...replay.readings.client.resets, ...replay.readings.server.resets];
  const all = [...obeyed, ...standing].filter((index) => flow.segments[index] !== undefined);
  return all.length === 0 ? null : Math.min(...all);
}

interface Ending {
  readonly connection: Connection;
  readonly reset: LoggedSegment;
  readonly index: number;
  /** The side in whose name the RST came. */
  readonly side: Side;
}

/** In this order: what says most comes first. */
const RECOGNISERS: readonly ((ending: Ending) => Cause | null)[] = [
  injected,
  gaveUp,
  keepAliveRace,
  afterClose,
  conntrack,
  idleTimeout,
  lostState,
  noSocket,
  unreadData,
  applicationAbort,
];

function injected({ connection, reset, index, side }: Ending): Cause | null {
  if (!looksLikeSender(connection, side, reset)) {
    return cause('injected', side, [reset.frame], { ttl: reset.ttl });
  }
  if (connection.replay.readings[side].resets.includes(index)) return null;
  const later = connection.flow.segments.find((s, n) => n > index && s.from === side && !has(s, RST));
  return later ? cause('injected', side, [reset.frame, later.frame]) : null;
}

/** RST behind unanswered probes, or behind unanswered retransmissions. */
function gaveUp({ connection, reset, index, side }: Ending): Cause | null {
  if (reset.unanswered < GIVES_UP) return null;
  const last = connection.flow.segments.slice(0, index).findLast((s) => s.from === side);
  const probe = last !== undefined && last.length <= 1 && !has(last, FIN) && !has(last, SYN);
  const name = probe ? 'keepalive-expired' : 'retransmission-timeout';
  return cause(name, side, [...(last ? [last.frame] : []), reset.frame], { unanswered: reset.unanswered });
}

/** The side closed an idle connection while a request was on its way: its FIN crossed the request. */
function keepAliveRace({ connection, index, reset, side }: Ending): Cause | null {
  const fin = finOf(connection, side);
  const own = firstFin(connection, side);
  if (!fin || !own) return null;
  const idle = idleBefore(connection, own);
  const request = sentBy(connection, peerOf(side)).find(
    ({ segment, index: n }) =>
      n < index &&
      isNewData(segment) &&
      segment.time > own.time - roundTrips(connection, 1) &&
      before(segment.ack, fin.end),
  )?.segment;
  if (!request || idle < IDLE * SECOND) return null;
  return cause('keep-alive-race', side, [own.frame, request.frame, reset.frame], { idle: seconds(idle) });
}

/** The side had closed completely, and what came later found nobody: at once, or after it had given up FIN_WAIT_2. */
function afterClose({ connection, reset, index, side }: Ending): Cause | null {
  const fin = finOf(connection, side);
  const own = firstFin(connection, side);
  if (!fin || !own || own.time > reset.time) return null;
  const trigger = triggerSegment(connection, side, index);
  const covered = at(connection, fin.coveredAt);
  if (!trigger) return null;
  const waited = trigger.time - (covered?.time ?? own.time);
  const frames = [own.frame, trigger.frame, reset.frame];
  const reaped = covered !== null && isBareRst(reset) && waited > IDLE * SECOND;
  if (reaped) return cause('fin-wait-2-reaped', side, frames, { waited: seconds(waited) });
  return trigger.length > 0 ? cause('data-after-close', side, frames, { bytes: trigger.length }) : null;
}

/** A firewall that thinks a segment outside of the window: it answers in the side's name while the connection works. */
function conntrack({ connection, reset, index, side }: Ending): Cause | null {
  if (!isBareRst(reset)) return null;
  const trigger = triggerSegment(connection, side, index);
  const expected = expectedBy(connection, side, index);
  if (!trigger || expected === null || trigger.length === 0) return null;
  const old = !after(endOf(trigger), expected);
  const flowing = connection.flow.segments
    .slice(0, index)
    .some((s) => s.from === side && s.time > trigger.time - roundTrips(connection, 2) && !has(s, RST));
  return old && flowing ? cause('conntrack', side, [trigger.frame, reset.frame]) : null;
}

/** The first data after a long silence met nobody. */
function idleTimeout({ connection, reset, index, side }: Ending): Cause | null {
  if (!isBareRst(reset)) return null;
  const trigger = triggerSegment(connection, side, index);
  if (!trigger || trigger.length === 0) return null;
  const idle = idleBefore(connection, trigger);
  if (idle < LONG_IDLE * SECOND) return null;
  return cause('idle-timeout', side, [trigger.frame, reset.frame], { idle: seconds(idle) });
}

/** A side that took part and then knows nothing of the connection: it lost it (a crash, a reboot). */
function lostState({ connection, reset, index, side }: Ending): Cause | null {
  if (!isBareRst(reset) || finOf(connection, side)) return null;
  const trigger = triggerSegment(connection, side, index);
  const tookPart = sentBy(connection, side).some(
    ({ segment, index: n }) => n < index && !has(segment, RST) && !has(segment, SYN),
  );
  if (!trigger || !tookPart) return null;
  return cause('half-open', side, [trigger.frame, reset.frame]);
}

function noSocket({ connection, reset, index, side }: Ending): Cause | null {
  if (!isBareRst(reset) || reset.timestamp !== null) return null;
  const trigger = triggerSegment(connection, side, index);
  return trigger ? cause('no-socket', side, [trigger.frame, reset.frame]) : null;
}

/**
 * close() with data unread: RST,ACK at SND.NXT while the peer's last data, acknowledged, was never followed by anything
 * of this side, and the window had shrunk by it.
 */
function unreadData({ connection, reset, index, side }: Ending): Cause | null {
  if (!has(reset, ACK)) return null;
  const { segments } = connection.flow;
  const lastData = segments.slice(0, index).findLast((s) => s.from !== side && isNewData(s));
  if (!lastData || before(reset.ack, endOf(lastData))) return null;
  const own = segments.slice(0, index).filter((s) => s.from === side && has(s, ACK) && !has(s, SYN));
  const earlier = own.findLast((s) => before(s.ack, endOf(lastData)));
  const last = own.findLast((s) => atOrAfter(s.ack, endOf(lastData)));
  // The right edge of the window moves on when the application reads; here it stood still.
  const shrunk =
    last !== undefined &&
    (last.window === 0 || (earlier !== undefined && last.windowBytes < earlier.windowBytes));
  const answered = own.some((s) => s.time > lastData.time && isNewData(s));
  if (!shrunk || answered) return null;
  const shrinkage = (earlier?.windowBytes ?? 0) - (last?.windowBytes ?? 0);
  return cause('unread-data', side, [lastData.frame, reset.frame], {
    bytes: lastData.length,
    window: shrinkage,
  });
}

/** RST at SND.NXT that nothing had asked for: SO_LINGER 0, a killed process, an abort on purpose. */
function applicationAbort({ connection, reset, index, side }: Ending): Cause | null {
  const own = sentBy(connection, side).filter(({ index: n, segment }) => n < index && !has(segment, RST));
  const last = own.at(-1)?.segment;
  if (!last || reset.seq !== latestEnd(own.map(({ segment }) => segment))) return null;
  if (isBareRst(reset) && triggerSegment(connection, side, index)) return null;
  // close() with data unread looks the same where the window does not show it (autotuning hides the shrinkage).
  const { segments } = connection.flow;
  const lastData = segments.slice(0, index).findLast((s) => s.from !== side && isNewData(s));
  const answered =
    lastData === undefined || own.some(({ segment: s }) => s.time > lastData.time && isNewData(s));
  return cause('application-abort', side, [reset.frame], { unreadData: answered ? 'none' : 'possible' });
}

function refused(connection: Connection): Cause {
  const { segments } = connection.flow;
  const syn = segments.find((s) => has(s, SYN));
  const reset = segments.find((s) => has(s, RST));
  return cause('refused', 'server', [...(syn ? [syn.frame] : []), ...(reset ? [reset.frame] : [])]);
}

/** FINs sent again to the end without an answer. Whatever else is missing has no cause that packets show. */
function brokenClose(connection: Connection): Cause {
  for (const side of ['client', 'server'] as const) {
    const fin = finOf(connection, side);
    if (!fin || fin.coveredAt !== null || fin.copies.length <= GIVES_UP) continue;
    const frames = fin.copies.flatMap((index) => at(connection, index)?.frame ?? []);
    return cause('retransmission-timeout', side, frames, { unanswered: fin.copies.length - 1 });
  }
  return cause('unknown', null, []);
}

function triggerSegment({ flow, replay }: Connection, side: Side, index: number): LoggedSegment | null {
  const context = { segments: flow.segments, fins: replay.fins, roundTrip: replay.roundTrip };
  const trigger = triggerOf(context, side, index);
  return trigger === null ? null : (flow.segments[trigger] ?? null);
}

function expectedBy({ flow }: Connection, side: Side, index: number): number | null {
  const acks = flow.segments.slice(0, index).filter((s) => s.from === side && has(s, ACK) && !has(s, RST));
  return acks.at(-1)?.ack ?? null;
}

/** Nanoseconds of silence of both sides before a segment. */
function idleBefore({ flow }: Connection, segment: LoggedSegment): number {
  const earlier = flow.segments.findLast((s) => s.frame < segment.frame);
  return earlier ? segment.time - earlier.time : 0;
}

function latestEnd(segments: readonly LoggedSegment[]): number {
  return segments.reduce(
    (end, s) => (after(endOf(s), end) ? endOf(s) : end),
    endOf(segments[0] ?? { seq: 0, length: 0, flags: 0 }),
  );
}

function cause(
  name: CauseName,
  side: Side | null,
  frames: readonly number[],
  evidence: Cause['evidence'] = {},
): Cause {
  return { name, side, frames: [...new Set(frames)].sort((a, b) => a - b), evidence };
}
