import { ACK, RST } from '../../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { advance, after, atOrAfter } from '../../machine/sequence.ts';
import type { Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { roundTrips, sentBy } from './facts.ts';
import { wasSentBehind } from './going-on.ts';

/** A segment out of the window, and the RST that rejects it in the name of a side whose connection works. */
export interface Rejected {
  readonly trigger: LoggedSegment;
  readonly place: 'old' | 'beyond the window';
}

/**
 * What the bare RST at `index` rejects, if that is a segment out of the window of a connection that works: a socket
 * answers it with an ACK (RFC 9293 3.10.7.4), a firewall that tracks connections calls it invalid. Null where it is not.
 */
export function rejectedBy(connection: Connection, side: Side, index: number): Rejected | null {
  const { segments } = connection.flow;
  const reset = segments[index];
  if (!reset || !isBareRst(reset) || reset.timestamp !== null) return null;
  const asked = segments.findLastIndex(
    (s, at) =>
      at < index &&
      s.from !== side &&
      has(s, ACK) &&
      !has(s, RST) &&
      s.ack === reset.seq &&
      reset.time - s.time <= roundTrips(connection, 4),
  );
  const trigger = segments[asked];
  const known = segments.slice(0, asked + 1).findLast((s) => s.from === side && has(s, ACK) && !has(s, RST));
  if (!trigger || trigger.length === 0 || !known) return null;
  const end = endOf(trigger);
  // A keep-alive probe stands below the window on purpose.
  const probe = trigger.length === 1 && end === known.ack;
  const old = !probe && !after(end, known.ack);
  const beyond = atOrAfter(trigger.seq, advance(known.ack, Math.max(1, known.windowBytes)));
  if ((!old && !beyond) || !isWorking(connection, side, index, known, trigger)) return null;
  return { trigger, place: old ? 'old' : 'beyond the window' };
}

/** The side had just acknowledged something, or goes on as if it had sent no RST. */
function isWorking(
  connection: Connection,
  side: Side,
  index: number,
  known: LoggedSegment,
  trigger: LoggedSegment,
): boolean {
  if (known.time > trigger.time - roundTrips(connection, 2)) return true;
  const own = sentBy(connection, side);
  const reset = own.find((one) => one.index === index);
  return own.some(
    (one) =>
      one.index > index &&
      !has(one.segment, RST) &&
      reset !== undefined &&
      wasSentBehind(connection, reset, one),
  );
}
