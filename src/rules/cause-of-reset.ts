import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../machine/logged-segment.ts';
import { advance, after, atOrAfter, atOrBefore, before, latest } from '../machine/sequence.ts';
import { peerOf, type Side } from '../machine/state.ts';
import { triggerOf } from '../machine/trigger.ts';
import { type Cause, cause } from './cause-names.ts';
import { unreachable } from './cause-unreachable.ts';
import { at, contextOf, finOf, firstFin, isNewData, roundTrips, SECOND, seconds, sentBy } from './facts.ts';
import { rstInjected } from './rst-injected.ts';
import type { Connection } from './rule.ts';

/** Seconds without a segment after which a connection counts as idle. */
const IDLE = 1;
/** Seconds without a segment that middleboxes and servers take for the end of a connection. */
const LONG_IDLE = 20;
/** Retransmissions or probes without an answer after which a sender gives up. */
const GIVES_UP = 2;

/** The RST that ended a connection. */
export interface Ending {
  readonly connection: Connection;
  readonly reset: LoggedSegment;
  readonly index: number;
  /** The side in whose name the RST came. */
  readonly side: Side;
}

/** What each cause of a reset looks like. The first that fits is the cause: what says most comes first. */
export const RECOGNISERS: readonly ((ending: Ending) => Cause | null)[] = [
  injected,
  undelivered,
  gaveUp,
  keepAliveRace,
  afterClose,
  conntrack,
  idleTimeout,
  halfOpen,
  noSocket,
  unreadData,
  applicationAbort,
];

/** What the rule of that name has against this very RST. */
function injected({ connection, reset, side }: Ending): Cause | null {
  const fact = rstInjected.check(connection).find((f) => f.side === side && f.frames.includes(reset.frame));
  return fact ? cause('injected', side, fact.frames, fact.evidence) : null;
}

/** RST of a side that had been told that its segments were not delivered. */
function undelivered({ connection, reset, side }: Ending): Cause | null {
  return unreachable(connection, side, reset.frame);
}

/** RST behind unanswered probes, or behind unanswered retransmissions. */
function gaveUp({ connection, reset, index, side }: Ending): Cause | null {
  if (reset.unanswered < GIVES_UP || connection.flow.oneSided) return null;
  const last = connection.flow.segments.slice(0, index).findLast((s) => s.from === side);
  const probe = last !== undefined && last.length <= 1 && !has(last, FIN) && !has(last, SYN);
  const name = probe ? 'keepalive-expired' : 'retransmission-timeout';
  return cause(name, side, [...(last ? [last.frame] : []), reset.frame], { unanswered: reset.unanswered });
}

/** The side closed an idle connection while a request was on its way: its FIN and the request crossed. */
function keepAliveRace({ connection, index, reset, side }: Ending): Cause | null {
  const fin = finOf(connection, side);
  const own = firstFin(connection, side);
  if (!fin || !own || own.frame > reset.frame) return null;
  const request = sentBy(connection, peerOf(side)).find(
    ({ segment, index: n }) =>
      n < index &&
      isNewData(segment) &&
      Math.abs(segment.time - own.time) <= roundTrips(connection, 1) &&
      // Neither had the other when it was sent.
      before(segment.ack, fin.end) &&
      before(own.ack, endOf(segment)),
  )?.segment;
  if (!request) return null;
  const idle = idleBefore(connection, request.frame < own.frame ? request : own);
  if (idle < IDLE * SECOND) return null;
  return cause('keep-alive-race', side, [own.frame, request.frame, reset.frame], {
    idle: seconds(idle),
    bytes: request.length,
  });
}

/** The side had closed completely, and what came later found nobody: at once, or after it had given up FIN_WAIT_2. */
function afterClose(ending: Ending): Cause | null {
  const { connection, reset, side } = ending;
  const fin = finOf(connection, side);
  const own = firstFin(connection, side);
  if (!fin || !own || own.frame > reset.frame) return null;
  const trigger = dataBefore(ending, triggerSegment(ending)) ?? dataRefused(ending, fin.end);
  if (!trigger) return null;
  // Captured before the FIN, it still came after it where the FIN does not acknowledge it: they crossed.
  if (trigger.frame < own.frame && atOrAfter(own.ack, endOf(trigger))) return null;
  const covered = at(connection, fin.coveredAt);
  const waited = covered === null ? 0 : trigger.time - covered.time;
  const frames = [own.frame, trigger.frame, reset.frame];
  const reaped = isBareRst(reset) && waited > IDLE * SECOND && waited > roundTrips(connection, 4);
  if (reaped) return cause('fin-wait-2-reaped', side, frames, { waited: seconds(waited) });
  return trigger.length > 0 ? cause('data-after-close', side, frames, { bytes: trigger.length }) : null;
}

/** A FIN right behind data: of the RSTs that answer them the first is that of the data. */
function dataBefore({ connection, reset }: Ending, trigger: LoggedSegment | null): LoggedSegment | null {
  if (!trigger || trigger.length > 0) return trigger;
  const since = reset.time - roundTrips(connection, 1);
  const data = connection.flow.segments.find(
    (s) =>
      s.from === trigger.from &&
      s.frame < trigger.frame &&
      s.time >= since &&
      isNewData(s) &&
      s.ack === trigger.ack,
  );
  return data ?? trigger;
}

/** Data that a RST,ACK right behind the side's own FIN throws back: some stacks answer so, with ACK. */
function dataRefused({ connection, reset, index, side }: Ending, finEnd: number): LoggedSegment | null {
  if (!has(reset, ACK) || reset.seq !== finEnd) return null;
  const { segments } = connection.flow;
  const data = segments.slice(0, index).findLast((s) => s.from !== side);
  if (!data || !isNewData(data) || reset.time - data.time > roundTrips(connection, 1)) return null;
  const start = advance(endOf(data), -data.length);
  return atOrBefore(reset.ack, start) ? data : null;
}

/** A firewall that thinks a segment outside of the window: it answers in the side's name while the connection works. */
function conntrack(ending: Ending): Cause | null {
  const { connection, reset, index, side } = ending;
  const trigger = triggerSegment(ending);
  if (!trigger || trigger.length === 0 || reset.timestamp !== null) return null;
  const own = connection.flow.segments.slice(0, index).filter((s) => s.from === side && !has(s, RST));
  const latestAck = own.findLast((s) => has(s, ACK));
  if (!latestAck) return null;
  const old = !after(endOf(trigger), latestAck.ack);
  const beyond = atOrAfter(trigger.seq, advance(latestAck.ack, Math.max(1, latestAck.windowBytes)));
  const flowing = latestAck.time > trigger.time - roundTrips(connection, 2);
  if ((!old && !beyond) || !flowing) return null;
  return cause('conntrack', side, [trigger.frame, reset.frame], {
    segment: old ? 'old' : 'beyond the window',
  });
}

/** The first data after a long silence met nobody. */
function idleTimeout(ending: Ending): Cause | null {
  const { connection, reset, side } = ending;
  const trigger = triggerSegment(ending);
  if (!trigger || trigger.length === 0 || reset.timestamp !== null) return null;
  const idle = idleBefore(connection, trigger);
  if (idle < LONG_IDLE * SECOND) return null;
  return cause('idle-timeout', side, [trigger.frame, reset.frame], { idle: seconds(idle) });
}

/** A side that took part and then knows nothing of the connection: it lost it (a crash, a reboot). */
function halfOpen(ending: Ending): Cause | null {
  const { connection, reset, index, side } = ending;
  if (finOf(connection, side) || reset.timestamp !== null) return null;
  const trigger = triggerSegment(ending);
  const tookPart = sentBy(connection, side).some(
    ({ segment, index: n }) => n < index && !has(segment, RST) && !has(segment, SYN),
  );
  if (!trigger || !tookPart) return null;
  return cause('half-open', side, [trigger.frame, reset.frame]);
}

function noSocket(ending: Ending): Cause | null {
  const { reset, side } = ending;
  if (reset.timestamp !== null) return null;
  const trigger = triggerSegment(ending);
  return trigger ? cause('no-socket', side, [trigger.frame, reset.frame]) : null;
}

/**
 * close() with data unread: RST,ACK behind data of the peer that was acknowledged, never followed by anything of this
 * side, and that the right edge of the window did not move on for, as it does when the application reads.
 */
function unreadData({ connection, reset, index, side }: Ending): Cause | null {
  if (!has(reset, ACK)) return null;
  const { segments, announced } = connection.flow;
  const lastData = segments.slice(0, index).findLast((s) => s.from !== side && isNewData(s));
  if (!lastData || before(reset.ack, endOf(lastData))) return null;
  const own = segments.slice(0, index).filter((s) => s.from === side && has(s, ACK) && !has(s, SYN));
  const earlier = own.findLast((s) => before(s.ack, endOf(lastData)));
  const last = own.findLast((s) => atOrAfter(s.ack, endOf(lastData)));
  const answered = own.some((s) => s.time > lastData.time && isNewData(s));
  if (!last || answered) return null;
  const shrunk = earlier ? earlier.windowBytes - last.windowBytes : 0;
  // The field counts in steps of the scale: a window that lost a step may have lost nothing.
  const step = 2 ** (announced[side].windowScale ?? 0);
  const stoodStill = earlier !== undefined && shrunk > step && shrunk + step >= lastData.length;
  if (last.window !== 0 && !stoodStill) return null;
  return cause('unread-data', side, [lastData.frame, last.frame, reset.frame], {
    bytes: lastData.length,
    window: last.windowBytes,
    shrunk,
  });
}

/** RST at SND.NXT that nothing had asked for: SO_LINGER 0, a killed process, an abort on purpose. */
function applicationAbort(ending: Ending): Cause | null {
  const { connection, reset, index, side } = ending;
  const own = sentBy(connection, side).filter(({ index: n, segment }) => n < index && !has(segment, RST));
  const next = own.map(({ segment }) => endOf(segment)).reduce<number | null>(highest, null);
  if (reset.seq !== next || triggerSegment(ending)) return null;
  // close() with data unread looks the same where the window does not show it (autotuning hides the shrinkage).
  const { segments } = connection.flow;
  const lastData = segments.slice(0, index).findLast((s) => s.from !== side && isNewData(s));
  const answered = lastData && own.some(({ segment: s }) => s.time > lastData.time && isNewData(s));
  const none = answered || (lastData === undefined && connection.flow.opened);
  return cause('application-abort', side, [reset.frame], { unreadData: none ? 'none' : 'possible' });
}

/** The segment that a bare RST answers. */
function triggerSegment({ connection, side, index }: Ending): LoggedSegment | null {
  return at(connection, triggerOf(contextOf(connection), side, index));
}

/** Nanoseconds of silence of both sides before a segment. */
function idleBefore({ flow }: Connection, segment: LoggedSegment): number {
  const earlier = flow.segments.findLast((s) => s.frame < segment.frame);
  return earlier ? segment.time - earlier.time : 0;
}

function highest(end: number | null, number: number): number {
  return end === null ? number : latest(end, number);
}
