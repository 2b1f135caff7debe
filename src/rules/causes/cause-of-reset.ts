import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { advance, after, atOrAfter, before, latest } from '../../machine/sequence.ts';
import { peerOf } from '../../machine/state.ts';
import { type Ending, triggerSegment } from '../facts/ending.ts';
import { finOf, isNewData, SECOND, seconds, sentBy } from '../facts/facts.ts';
import { isForeign, isNearer, opensPastItsHost, ttlsOf } from '../facts/identity.ts';
import { idleBefore } from '../facts/idle.ts';
import { rejectedBy } from '../facts/rejected-segment.ts';
import { rstInjected } from '../reset/rst-injected.ts';
import type { Connection } from '../rule.ts';
import { afterClose, keepAliveRace } from './cause-after-close.ts';
import { type Cause, cause } from './cause-names.ts';
import { neverAccepted, slowReader } from './cause-of-silence.ts';
import { unreachable } from './cause-unreachable.ts';

/** Seconds without a segment that middleboxes and servers take for the end of a connection. */
const LONG_IDLE = 20;
/** Retransmissions or probes without an answer after which a sender gives up. */
const GIVES_UP = 2;

/**
 * What each cause of a reset looks like. The first that fits is the cause: what explains the RST by what it answers comes
 * before what only calls it odd, and that before what its shape alone says.
 */
export const RECOGNISERS: readonly ((ending: Ending) => Cause | null)[] = [
  notOpenedHere,
  ({ connection, index }) => neverAccepted(connection, index),
  undelivered,
  slowReader,
  gaveUp,
  keepAliveRace,
  afterClose,
  conntrack,
  injected,
  idleTimeout,
  nearer,
  halfOpen,
  noSocket,
  unreadData,
  applicationAbort,
];

function notOpenedHere({ connection, reset, index, side }: Ending): Cause | null {
  if (!opensPastItsHost(connection, side, index)) return null;
  const syn = sentBy(connection, side)[0]?.segment;
  const answer = sentBy(connection, peerOf(side)).findLast((one) => one.index < index)?.segment;
  const frames = [syn, answer, reset].flatMap((segment) => segment?.frame ?? []);
  return cause('not-opened-here', side, frames, { ttl: reset.ttl, synTtl: syn?.ttl ?? null });
}

/** What the rule of that name has against this very RST. */
function injected({ connection, reset, side }: Ending): Cause | null {
  const fact = rstInjected.check(connection).find((f) => f.side === side && f.frames.includes(reset.frame));
  return fact ? cause('injected', null, fact.frames, { ...fact.evidence, inTheNameOf: side }) : null;
}

/** RST of a side that had been told that its segments were not delivered. */
function undelivered({ connection, reset, side }: Ending): Cause | null {
  return unreachable(connection, side, reset.frame);
}

/** RST behind unanswered probes, or behind unanswered retransmissions. */
function gaveUp({ connection, reset, index, side }: Ending): Cause | null {
  if (reset.unanswered < GIVES_UP || connection.flow.oneSided) return null;
  if (isForeign(connection, side, reset)) return null;
  const last = connection.flow.segments.slice(0, index).findLast((s) => s.from === side);
  const probe = last !== undefined && last.length <= 1 && !has(last, FIN) && !has(last, SYN);
  const name = probe ? 'keepalive-expired' : 'retransmission-timeout';
  return cause(name, null, [...(last ? [last.frame] : []), reset.frame], {
    gaveUp: side,
    unanswered: reset.unanswered,
  });
}

/** A firewall that thinks a segment outside of the window: it answers in the side's name while the connection works. */
function conntrack({ connection, reset, index, side }: Ending): Cause | null {
  const rejected = rejectedBy(connection, side, index);
  if (!rejected) return null;
  const { trigger, place } = rejected;
  return cause('conntrack', side, [trigger.frame, reset.frame], { segment: place });
}

/** The first data after a long silence met nobody. */
function idleTimeout(ending: Ending): Cause | null {
  const { connection, reset, side } = ending;
  const trigger = triggerSegment(ending);
  if (!trigger || trigger.length === 0 || reset.timestamp !== null) return null;
  const idle = idleBefore(connection, trigger);
  if (idle < LONG_IDLE * SECOND) return null;
  return cause('idle-timeout', peerOf(side), [trigger.frame, reset.frame], { idle: seconds(idle) });
}

/** A device in front of the side may have sent it, and what that knows is not what the side knows. */
function nearer({ connection, reset, side }: Ending): Cause | null {
  if (!isNearer(connection, side, reset)) return null;
  const ttls = ttlsOf(connection, side).join(', ');
  return cause('unknown', side, [reset.frame], { ttl: reset.ttl, ttls });
}

/** A side that took part and then knows nothing of the connection: it lost it (a crash, a reboot). */
function halfOpen(ending: Ending): Cause | null {
  const { connection, reset, index, side } = ending;
  if (finOf(connection, side) || reset.timestamp !== null) return null;
  const trigger = triggerSegment(ending);
  const tookPart = sentBy(connection, side).some(
    ({ segment, index: n }) => n < index && !has(segment, RST) && !has(segment, SYN),
  );
  if (!trigger || !tookPart || isBehindFin(connection, trigger)) return null;
  return cause('half-open', side, [trigger.frame, reset.frame]);
}

function noSocket(ending: Ending): Cause | null {
  const { connection, reset, side } = ending;
  if (reset.timestamp !== null) return null;
  const trigger = triggerSegment(ending);
  if (!trigger || isBehindFin(connection, trigger)) return null;
  return cause('no-socket', side, [trigger.frame, reset.frame]);
}

/** Data that end behind the FIN of their own sender: the offence itself may be what drew the RST. */
function isBehindFin(connection: Connection, { from, length, seq }: LoggedSegment): boolean {
  const fin = finOf(connection, from);
  return fin !== null && length > 0 && after(advance(seq, length), fin.end);
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

function highest(end: number | null, number: number): number {
  return end === null ? number : latest(end, number);
}
