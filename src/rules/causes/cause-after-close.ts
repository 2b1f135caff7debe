import { ACK, RST } from '../../decode/segment.ts';
import type { Fin } from '../../machine/fin.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { advance, atOrAfter, atOrBefore, before } from '../../machine/sequence.ts';
import { peerOf } from '../../machine/state.ts';
import { type Ending, triggerSegment } from '../facts/ending.ts';
import { at, finOf, firstFin, isNewData, roundTrips, SECOND, seconds, sentBy } from '../facts/facts.ts';
import { isForeign } from '../facts/identity.ts';
import { idleBefore } from '../facts/idle.ts';
import { type Cause, cause } from './cause-names.ts';

/** Seconds without a segment after which a connection counts as idle. */
const IDLE = 1;
/** Seconds behind a close after which a request is not part of what the close interrupted. */
const POOLED = 10;
/** Seconds after which most stacks give up FIN_WAIT_2, where the profile sets no limit. */
const USUAL_FIN_WAIT_2 = 60;

/** The side closed an idle connection while a request was on its way: its FIN and the request crossed. */
export function keepAliveRace(ending: Ending): Cause | null {
  const { connection, index, reset, side } = ending;
  const closed = closedBefore(ending);
  if (!closed) return null;
  const { fin, own } = closed;
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
  return cause('keep-alive-race', peerOf(side), [own.frame, request.frame, reset.frame], {
    idle: seconds(idle),
    bytes: request.length,
  });
}

/** The side had closed completely, and what came later found nobody: at once, or after it had given up FIN_WAIT_2. */
export function afterClose(ending: Ending): Cause | null {
  const { connection, reset, side } = ending;
  const closed = closedBefore(ending);
  if (!closed) return null;
  const { fin, own } = closed;
  const trigger = dataBefore(ending, triggerSegment(ending)) ?? dataRefused(ending, fin.end);
  if (!trigger) return null;
  // Captured before the FIN, it still came after it where the FIN does not acknowledge it: they crossed.
  if (trigger.frame < own.frame && atOrAfter(own.ack, endOf(trigger))) return null;
  const covered = at(connection, fin.coveredAt);
  const waited = covered === null ? 0 : trigger.time - covered.time;
  const frames = [own.frame, trigger.frame, reset.frame];
  const peer = peerOf(side);
  const isNew = isNewData(trigger);
  const idle = idleBefore(connection, trigger);
  // A client asks anew; a server that sends late may still be answering.
  if (isNew && peer === 'client' && waited > 0 && idle >= POOLED * SECOND) {
    return cause('stale-connection-reused', peer, frames, { bytes: trigger.length, idle: seconds(idle) });
  }
  if (isBareRst(reset) && wasReaped(ending, fin, trigger, waited))
    return cause('fin-wait-2-reaped', peer, frames, { waited: seconds(waited) });
  if (trigger.length === 0) return null;
  // It had known of the close long enough to look for end-of-file.
  const knew = waited > Math.max(IDLE * SECOND, roundTrips(connection, 4));
  return cause('data-after-close', knew ? peer : side, frames, { bytes: trigger.length });
}

/** The side's FIN, where it stands before the RST, and neither looks as if something else had sent it. */
function closedBefore({ connection, reset, side }: Ending): { fin: Fin; own: LoggedSegment } | null {
  const fin = finOf(connection, side);
  const own = firstFin(connection, side);
  if (!fin || !own || own.frame > reset.frame) return null;
  return isForeign(connection, side, own) || isForeign(connection, side, reset) ? null : { fin, own };
}

/** Longer than the profile keeps FIN_WAIT_2, or the side had answered probes there before. */
function wasReaped(
  { connection, index, side }: Ending,
  fin: Fin,
  trigger: LoggedSegment,
  waited: number,
): boolean {
  if (fin.coveredAt === null) return false;
  const limit = connection.profile.finWait2 ?? USUAL_FIN_WAIT_2;
  if (waited >= limit * SECOND) return true;
  if (waited <= IDLE * SECOND) return false;
  const since = fin.coveredAt;
  const probes = sentBy(connection, peerOf(side)).filter(
    (one) => one.index > since && one.segment !== trigger && isProbe(one.segment),
  );
  return probes.some((probe) =>
    sentBy(connection, side).some(
      (one) =>
        one.index > probe.index &&
        one.index < index &&
        !has(one.segment, RST) &&
        one.segment.time - probe.segment.time <= roundTrips(connection, 4),
    ),
  );
}

/** A keep-alive probe: at most a byte, and nothing new. */
function isProbe(segment: LoggedSegment): boolean {
  return segment.length <= 1 && before(segment.seq, segment.highBefore) && !isNewData(segment);
}

/** A FIN right behind data: of the RSTs that answer them the first is that of the data. */
function dataBefore({ connection, reset }: Ending, trigger: LoggedSegment | null): LoggedSegment | null {
  if (!trigger || trigger.length > 0) return trigger;
  const since = reset.time - roundTrips(connection, 4);
  const data = connection.flow.segments.find(
    (s) =>
      s.from === trigger.from &&
      s.frame < trigger.frame &&
      s.time >= since &&
      isNewData(s) &&
      s.ack === trigger.ack &&
      !connection.flow.segments.some(
        (own) =>
          own.from !== s.from &&
          own.frame > s.frame &&
          own.frame < reset.frame &&
          has(own, ACK) &&
          !has(own, RST) &&
          atOrAfter(own.ack, endOf(s)),
      ),
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
