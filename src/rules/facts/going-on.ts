import { ACK, RST } from '../../decode/segment.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after } from '../../machine/sequence.ts';
import type { Connection } from '../rule.ts';
import { highestAck, isNewData, roundTrips, type Sent, sentBy } from './facts.ts';

/**
 * Whether a segment that was captured behind one of the same side was sent behind it as well. What was under way, or was
 * overtaken, says nothing that had not been said before: no higher number, no newer timestamp, no later IP ID.
 */
export function wasSentBehind(connection: Connection, first: Sent, later: Sent): boolean {
  const { from } = first.segment;
  const { segment } = later;
  if (isNewData(segment) && after(endOf(segment), first.segment.seq)) return true;
  const before = sentBy(connection, from).filter(({ index }) => index <= first.index);
  if (isHigher(segment, highestAck(connection, from, first.index + 1), before)) return true;
  const clock = newestTimestamp(before.map((one) => one.segment));
  if (clock !== null && segment.timestamp !== null && segment.timestamp !== clock)
    return after(segment.timestamp, clock);
  const ordered = orderById(first.segment, segment, before);
  if (ordered !== null) return ordered;
  return segment.time - first.segment.time > roundTrips(connection, 2);
}

/** It acknowledges more than the side had done before, its RST with ACK included. */
function isHigher(segment: LoggedSegment, highest: number | null, before: readonly Sent[]): boolean {
  if (!has(segment, ACK) || highest === null || !after(segment.ack, highest)) return false;
  return before.every(({ segment: s }) => !has(s, RST) || !has(s, ACK) || after(segment.ack, s.ack));
}

function newestTimestamp(segments: readonly LoggedSegment[]): number | null {
  return segments.reduce<number | null>(
    (newest, { timestamp }) =>
      timestamp !== null && (newest === null || after(timestamp, newest)) ? timestamp : newest,
    null,
  );
}

/** How far two IP IDs of one counter may be apart. */
const NEAR = 256;

/** By the IPv4 identification, where the side counts it up: whether `later` has the higher one. Null where it does not. */
function orderById(first: LoggedSegment, later: LoggedSegment, before: readonly Sent[]): boolean | null {
  // A host that answers without a connection takes 0 or another counter.
  const known =
    has(first, RST) && first.ipId <= 0 ? before.findLast(({ segment }) => segment.ipId > 0) : null;
  const from = known === null ? first : known?.segment;
  if (!from || from.ipId <= 0 || later.ipId <= 0) return null;
  const ahead = (later.ipId - from.ipId) & 0xffff;
  if (ahead >= 0x1_0000 - NEAR) return false;
  // Above the last one of its socket it may still be older than an RST of the host, whose counter is another.
  return known === null && ahead > 0 && ahead < NEAR ? true : null;
}
