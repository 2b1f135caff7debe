import { ACK, RST, SYN } from '../decode/segment.ts';
import { endOf, has } from '../machine/logged-segment.ts';
import { advance, after, atOrBefore, before, latest } from '../machine/sequence.ts';
import { peerOf, type Side } from '../machine/state.ts';
import { finOf, gapOf, highestAck, isNewData, resetOf, roundTrips, SECOND, sentBy } from './facts.ts';
import { isSameHost } from './identity.ts';
import type { Connection } from './rule.ts';

/** What a reset cost: payload bytes of either side that were never acknowledged when it came. */
export interface Lost {
  readonly client: number;
  readonly server: number;
}

/** Bytes sent and not acknowledged when the RST at `frame` came; what was sent after it counts as well. */
export function lostBytes(connection: Connection): Lost {
  const lost = (side: Side): number => {
    const fin = finOf(connection, side);
    const sent = connection.replay.fins[side].sentEnd;
    const stream = sentBy(connection, side).filter(({ segment }) => !has(segment, RST));
    const acknowledged = acknowledgedWithReset(connection, peerOf(side), sent);
    if (acknowledged === null || stream.every(({ segment }) => has(segment, SYN) && segment.length === 0))
      return 0;
    const end = fin && sent === fin.end ? advance(fin.end, -1) : sent;
    return after(end, acknowledged) ? (end - acknowledged) | 0 : 0;
  };
  return { client: lost('client'), server: lost('server') };
}

/** The highest ACK number of a side, that of its RST,ACK included where it acknowledges something that was sent. */
function acknowledgedWithReset(connection: Connection, side: Side, sent: number): number | null {
  const before = highestAck(connection, side);
  return sentBy(connection, side).reduce<number | null>((highest, { segment }) => {
    const counts =
      has(segment, RST) &&
      has(segment, ACK) &&
      highest !== null &&
      atOrBefore(segment.ack, sent) &&
      // One that something else sent acknowledges nothing in the side's name.
      isSameHost(connection, side, segment);
    return counts ? latest(highest, segment.ack) : highest;
  }, before);
}

/** Why unacknowledged bytes would not be lost for certain, as the report words it; null where they are. */
export function lossUnknown(connection: Connection): string | null {
  const { announced } = connection.flow;
  // RFC 8684: what one subflow does not deliver is sent again on another.
  if (announced.client.multipath && announced.server.multipath)
    return 'it is a subflow of an MPTCP connection';
  return (
    gapOf(connection, 'client') ??
    gapOf(connection, 'server') ??
    perhapsAcknowledged(connection, 'client') ??
    perhapsAcknowledged(connection, 'server')
  );
}

/** The shortest retransmission timer in use, nanoseconds (Linux TCP_RTO_MIN). */
const SHORTEST_TIMER = 0.2 * SECOND;

/** Signs that the bytes of `side` were acknowledged by what the capture lacks; a pure ACK leaves no other trace. */
function perhapsAcknowledged(connection: Connection, side: Side): string | null {
  const reset = resetOf(connection);
  const bytes = lostBytes(connection)[side];
  if (!reset || bytes === 0) return null;
  const { fins } = connection.replay;
  const { sentEnd } = fins[side];
  const own = sentBy(connection, side);
  const sent = connection.flow.segments.find((s) => s.frame === reset.frame);
  if (sent && has(sent, ACK) && after(sent.ack, fins[peerOf(sent.from)].sentEnd))
    return 'the RST acknowledges more than the capture has';
  const rst = own.find(({ segment }) => segment.frame === reset.frame)?.segment;
  // RFC 9293 3.5.2 group 1: without a connection it takes the number that the peer had acknowledged.
  if (rst && !has(rst, ACK) && rst.seq === sentEnd)
    return 'the number of the RST may be one that the peer had acknowledged';
  const last = own.findLast(({ segment }) => isNewData(segment))?.segment;
  // Something else went out behind them, and they not again.
  if (!last || before(endOf(last), fins[side].inForce ? advance(sentEnd, -1) : sentEnd))
    return `an ACK of what the ${side} sent may be missing from the capture`;
  const again = own.some(
    ({ segment: s }) => s.frame > last.frame && s.length > 0 && s.frame < reset.frame && !isNewData(s),
  );
  const waited = reset.time - last.time > Math.max(SHORTEST_TIMER, roundTrips(connection, 2));
  return waited && !again && last.unanswered === 0
    ? `the ${side} never sent those bytes again, so that an ACK of them may be missing from the capture`
    : null;
}
