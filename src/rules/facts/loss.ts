import { ACK, RST, SYN } from '../../decode/segment.ts';
import { type Content, endOf, has } from '../../machine/logged-segment.ts';
import { advance, after, atOrAfter, before, latest } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import {
  finOf,
  gapOf,
  highestAck,
  isNewData,
  resetOf,
  roundTrips,
  SECOND,
  sentBy,
  streamOf,
} from './facts.ts';
import { isSameHost } from './identity.ts';
import { askedOnce } from './memo.ts';

/** What a reset cost: payload bytes of either side that were never acknowledged when it came. */
export interface Lost {
  readonly client: number;
  readonly server: number;
}

/** Bytes sent and not acknowledged when the RST that ended it came; what was sent after it counts as well. */
export const lostBytes: (connection: Connection) => Lost = askedOnce((connection) => {
  const lost = (side: Side): number => {
    const acknowledged = acknowledgedOf(connection, side);
    if (acknowledged === null) return 0;
    const fin = finOf(connection, side);
    const sent = connection.replay.fins[side].sentEnd;
    const end = fin && sent === fin.end ? advance(fin.end, -1) : sent;
    return after(end, acknowledged) ? (end - acknowledged) | 0 : 0;
  };
  return { client: lost('client'), server: lost('server') };
});

/**
 * Up to which number the peer acknowledged what `side` sent. Where none of its ACKs was captured, nothing that was captured
 * of `side` is known to have been acknowledged. Null where the side sent nothing that could be.
 */
function acknowledgedOf(connection: Connection, side: Side): number | null {
  const stream = streamOf(connection, side);
  const [first] = stream;
  if (!first || stream.every(({ segment }) => has(segment, SYN) && segment.length === 0)) return null;
  const sent = connection.replay.fins[side].sentEnd;
  const start = advance(first.segment.seq, has(first.segment, SYN) ? 1 : 0);
  return acknowledgedWithReset(connection, peerOf(side), sent) ?? start;
}

/** The highest ACK number of a side, that of its RST,ACK included where it acknowledges something that was sent. */
function acknowledgedWithReset(connection: Connection, side: Side, sent: number): number | null {
  const before = highestAck(connection, side);
  let highest = before;
  for (const { segment } of sentBy(connection, side)) {
    if (!has(segment, RST) || !has(segment, ACK) || after(segment.ack, sent)) continue;
    // One that something else sent acknowledges nothing in the side's name.
    if (!isSameHost(connection, side, segment)) continue;
    highest = highest === null ? segment.ack : latest(highest, segment.ack);
  }
  return highest;
}

/** Bytes that a protocol may send in parting: a TLS alert record takes 24 to 53. */
const FAREWELL = 64;

/**
 * What the reset of `side` lost are parting words in answer to its FIN: TLS alerts, or where the payload was not captured
 * no more than such words take.
 */
export function isFarewell(connection: Connection, side: Side, lost: Lost): boolean {
  const peer = peerOf(side);
  if (lost[side] > 0 || finOf(connection, side) === null) return false;
  const content = contentLost(connection, peer);
  if (content === 'other') return false;
  return content === 'alert' || lost[peer] <= FAREWELL;
}

/** What the payload that was never acknowledged is made of. */
function contentLost(connection: Connection, side: Side): Content {
  const acknowledged = acknowledgedOf(connection, side);
  if (acknowledged === null) return 'unknown';
  const lost = streamOf(connection, side).filter(
    ({ segment }) => segment.length > 0 && after(endOf(segment), acknowledged),
  );
  if (lost.some(({ segment }) => segment.content === 'other')) return 'other';
  return lost.length > 0 && lost.every(({ segment }) => segment.content === 'alert') ? 'alert' : 'unknown';
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
  const heard =
    sent !== undefined && sentBy(connection, peerOf(sent.from)).some(({ segment: s }) => !has(s, RST));
  if (sent && heard && has(sent, ACK) && after(sent.ack, fins[peerOf(sent.from)].sentEnd))
    return 'the RST acknowledges more than the capture has';
  const rst = own.find(({ segment }) => segment.frame === reset.frame)?.segment;
  // The very bytes were sent again to the end, as they are while no ACK of them has come.
  const newest = own.findLast(({ segment: s }) => s.frame < reset.frame && s.length > 0)?.segment;
  if (newest && !isNewData(newest) && atOrAfter(endOf(newest), dataEnd(connection, side))) return null;
  // RFC 9293 3.5.2 group 1: without a connection it takes the number that the peer had acknowledged.
  if (rst && !has(rst, ACK) && rst.seq === sentEnd)
    return 'the number of the RST may be one that the peer had acknowledged';
  const last = own.findLast(({ segment }) => isNewData(segment))?.segment;
  // Something else went out behind them, and they not again.
  if (!last || before(endOf(last), dataEnd(connection, side)))
    return `an ACK of what the ${side} sent may be missing from the capture`;
  const again = own.some(
    ({ segment: s }) => s.frame > last.frame && s.length > 0 && s.frame < reset.frame && !isNewData(s),
  );
  const waited = reset.time - last.time > Math.max(SHORTEST_TIMER, roundTrips(connection, 2));
  return waited && !again && last.unanswered === 0
    ? `the ${side} never sent those bytes again, so that an ACK of them may be missing from the capture`
    : null;
}

/** The number behind the last byte that the side sent, its FIN left out. */
function dataEnd({ replay: { fins } }: Connection, side: Side): number {
  const { inForce, sentEnd } = fins[side];
  return inForce ? advance(sentEnd, -1) : sentEnd;
}
