import { ACK, RST, SYN } from '../../decode/segment.ts';
import { type Drop, dropOf } from '../../machine/dropped.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { after } from '../../machine/sequence.ts';
import type { Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { at, nearSideOf, roundTrips } from './facts.ts';

const REASONS: Readonly<Record<Drop, string>> = {
  'bad-checksum': 'its checksum is wrong',
  unsigned: 'it lacks the signature that was agreed',
  'no-timestamp': 'it lacks the timestamp that was agreed',
  'old-timestamp': 'its timestamp is older than one before it (PAWS)',
};

/**
 * Why the receiver had to drop the segment at `index`, or may have had to, as the report words it. Null where nothing is
 * against it.
 */
export function reasonToDrop(connection: Connection, receiver: Side, index: number): string | null {
  const segment = at(connection, index);
  if (!segment) return null;
  const drop = dropOf(connection.flow.segments, index);
  if (drop !== null) return REASONS[drop];
  if (segment.optionsCut) return 'its options, which the capture lacks, may be a reason';
  // RFC 9293 3.10.7.4 step 5
  return has(segment, ACK) && after(segment.ack, connection.replay.fins[receiver].sentEnd)
    ? 'it acknowledges what was never sent'
    : null;
}

/** Nothing is known for which the receiver had to drop the segment at `index`. */
export function isReceivable(connection: Connection, receiver: Side, index: number): boolean {
  return reasonToDrop(connection, receiver, index) === null;
}

/**
 * The capture was made next to the side, by an opening that leaves no doubt: it ends with the pure ACK of the SYN,ACK.
 * What stands in its place may have come later, when that ACK is missing from the capture, and then the halves of the
 * round trip say nothing.
 */
export function isShownNear(connection: Connection, side: Side): boolean {
  if (nearSideOf(connection) !== side) return false;
  const { segments } = connection.flow;
  const answer = segments.find((s) => has(s, SYN) && has(s, ACK));
  const ack = segments.find(
    (s) => answer !== undefined && s.frame > answer.frame && s.from !== answer.from && !has(s, SYN),
  );
  const isPure = answer !== undefined && ack?.seq === answer.ack && ack.ack === endOf(answer);
  return isPure && endOf(ack) === ack.seq;
}

/**
 * How long after a segment was captured what its receiver sends may still have left before the segment came, nanoseconds:
 * the way there and back, unless the capture was made next to the receiver.
 */
export function unknowing(connection: Connection, receiver: Side): number {
  const isNear = nearSideOf(connection) === receiver;
  return roundTrips(connection, isNear ? 0 : 1.5);
}

/**
 * The segment at `index` is an ACK without news that stands right behind the peer's segment before it: the number, and
 * nothing else to say, had been sent already, so that it answers that segment.
 */
export function isBareAnswer(connection: Connection, index: number): boolean {
  const { segments } = connection.flow;
  const answer = segments[index];
  const asked = segments[index - 1];
  if (!answer || !asked || asked.from === answer.from || has(asked, RST)) return false;
  if (!has(answer, ACK) || has(answer, RST) || endOf(answer) !== answer.seq) return false;
  const own = segments.slice(0, index).filter((s) => s.from === answer.from && has(s, ACK) && !has(s, RST));
  const last = own.at(-1);
  // A window that opens is news. That of a SYN is not scaled.
  return (
    last !== undefined &&
    last.ack === answer.ack &&
    (has(last, SYN) || answer.windowBytes <= last.windowBytes) &&
    answer.time - asked.time <= roundTrips(connection, 1.5)
  );
}
