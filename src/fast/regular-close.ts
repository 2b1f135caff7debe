import { FIN } from '../decode/segment.ts';
import type { FlowKey } from '../flow/flow-key.ts';
import { BEFORE, BOTH_SENT, FIN_COVERED, FIN_SENT, FOUR_WAY, IRREGULAR, OVER } from './close-codes.ts';

/** Regular endings: what the fast paths of `compact-rows.ts` and `regular-row.ts` hand on instead of a flow. */

/**
 * A regular ending, as plain numbers. There is one such object and it is filled over and over. Times are nanoseconds
 * since the capture's first record.
 */
export interface RegularClose {
  id: number;
  ipv6: boolean;
  /** Address words in network order, as in a segment. */
  client0: number;
  client1: number;
  client2: number;
  client3: number;
  server0: number;
  server1: number;
  server2: number;
  server3: number;
  clientPort: number;
  serverPort: number;
  /** A number of `close-codes.ts`. */
  kind: number;
  /** The server closed first. */
  byServer: boolean;
  /** Of the last segment before the first FIN or RST. */
  before: number;
  /** Of the first FIN or the RST. */
  start: number;
  /** Of the first segment that covers the first FIN. */
  covered: number;
  /** Of the second FIN, or of the RST behind the first; and of the last segment. */
  answered: number;
  end: number;
  /** Up to when the capture would have shown more of it. */
  until: number;
}

export function createRegularClose(): RegularClose {
  return {
    id: 0,
    ipv6: false,
    client0: 0,
    client1: 0,
    client2: 0,
    client3: 0,
    server0: 0,
    server1: 0,
    server2: 0,
    server3: 0,
    clientPort: 0,
    serverPort: 0,
    kind: FOUR_WAY,
    byServer: false,
    before: Number.NaN,
    start: Number.NaN,
    covered: Number.NaN,
    answered: Number.NaN,
    end: Number.NaN,
    until: Number.NaN,
  };
}

/**
 * How far a closing has come with a segment that is in order, has an ACK and neither SYN nor RST; IRREGULAR where it is
 * not part of a regular one.
 *
 * @param firstEnd the number behind the first FIN
 * @param peerEnd the highest that the sender's peer has sent
 * @param data some came behind the first FIN
 */
export function nextPhase(
  phase: number,
  fromCloser: boolean,
  flags: number,
  length: number,
  ack: number,
  firstEnd: number,
  peerEnd: number,
  data: boolean,
): number {
  if (phase === BEFORE) return flags & FIN ? FIN_SENT : BEFORE;
  if (phase === OVER) return IRREGULAR;
  const isPureAck = (flags & FIN) === 0 && length === 0;
  if (phase === BOTH_SENT) return fromCloser && isPureAck && ack === peerEnd ? OVER : IRREGULAR;
  // The first closer acknowledges what came after its FIN.
  if (fromCloser) return phase === FIN_COVERED && data && isPureAck ? phase : IRREGULAR;
  if (ack !== firstEnd) return IRREGULAR;
  if (flags & FIN) return BOTH_SENT;
  return isPureAck && phase === FIN_COVERED ? IRREGULAR : FIN_COVERED;
}

/** Fills the ends from the key of a connection. @param client 0 where it is end `a`, 1 where it is `b` */
export function setEnds(close: RegularClose, key: FlowKey, client: number): void {
  const { a0, a1, a2, a3, b0, b1, b2, b3, ports } = key;
  close.client0 = client === 1 ? b0 : a0;
  close.client1 = client === 1 ? b1 : a1;
  close.client2 = client === 1 ? b2 : a2;
  close.client3 = client === 1 ? b3 : a3;
  close.server0 = client === 1 ? a0 : b0;
  close.server1 = client === 1 ? a1 : b1;
  close.server2 = client === 1 ? a2 : b2;
  close.server3 = client === 1 ? a3 : b3;
  close.clientPort = client === 1 ? ports & 0xffff : ports >>> 16;
  close.serverPort = client === 1 ? ports >>> 16 : ports & 0xffff;
}
