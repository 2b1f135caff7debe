import { ACK, RST, type Segment, SYN } from '../decode/segment.ts';
import { after, before, distance } from '../machine/sequence.ts';
import { hasSentRst } from './history.ts';
import {
  ACK_HIGH,
  BITS,
  CLIENT_IS_B,
  DATA_SEEN,
  DIRECTION,
  HIGH,
  ISN,
  OPENED,
  ROLES_OBSERVED,
  SEEN,
  SENT,
  SENT_BITS,
  SYN_SEEN,
} from './row.ts';

/** How far from a connection's numbers a segment may stand and still be its own: beyond any window in practice. */
const NEAR = 1 << 24;

/** A SYN, without ACK, that is not a copy of this incarnation's and not the other half of a simultaneous open. */
export function isAnotherSyn(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== SYN) return false;
  const sent = row + SENT + direction * DIRECTION;
  const own = words[sent + SENT_BITS] ?? 0;
  if (own & SYN_SEEN) return words[sent + ISN] !== segment.seq;
  const peer = words[row + SENT + (1 - direction) * DIRECTION + SENT_BITS] ?? 0;
  const simultaneous = (own & SEEN) === 0 && (peer & (SYN_SEEN | DATA_SEEN)) === SYN_SEEN;
  return !simultaneous;
}

/**
 * The SYN of this incarnation once more, behind an RST that came before the opening was done: that sends SYN_RCVD back to
 * LISTEN (RFC 9293 3.10.7.4), so that it may be answered anew.
 */
export function isSynBehindReset(
  words: Int32Array,
  row: number,
  direction: number,
  segment: Segment,
): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== SYN) return false;
  const own = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const halfOpen = (words[own + SENT_BITS] ?? 0) & (words[peer + SENT_BITS] ?? 0) & (SYN_SEEN | DATA_SEEN);
  // An answer to something else gets an RST as well, and the SYN stays in force (RFC 9293 3.5.1, figure 9).
  const acknowledged = words[peer + ACK_HIGH] ?? 0;
  const isAnswered =
    after(acknowledged, words[own + ISN] ?? 0) && !after(acknowledged, words[own + HIGH] ?? 0);
  return halfOpen === SYN_SEEN && isAnswered && words[own + ISN] === segment.seq && hasSentRst(words, row);
}

/** A SYN,ACK that neither copies nor answers a SYN of this incarnation: the SYN before it was not captured. */
export function opensAnew(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== (SYN | ACK)) return false;
  const sent = row + SENT + direction * DIRECTION;
  const own = words[sent + SENT_BITS] ?? 0;
  const peerBlock = row + SENT + (1 - direction) * DIRECTION;
  const peer = words[peerBlock + SENT_BITS] ?? 0;
  if (own & SYN_SEEN && words[sent + ISN] === segment.seq) return false;
  if ((words[row + BITS] ?? 0) & OPENED && (own & DATA_SEEN) === 0) return false;
  // In the middle of a connection that it does not fit: what it acknowledges was never sent there. A stack that reuses
  // its own TIME_WAIT starts only 65,536 above its last number (Linux), so nearness says nothing.
  return (peer & SEEN) === 0 || !wasSent(words, peerBlock, segment.ack);
}

/**
 * A segment that neither side of this incarnation can have sent: it begins where its sender never was and acknowledges
 * what its peer never sent. Behind the end of a connection it is the next one's, whose opening was not captured.
 */
export function isForeign(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  if ((segment.flags & (SYN | RST | ACK)) !== ACK) return false;
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  const seen = (words[sent + SENT_BITS] ?? 0) & (words[peer + SENT_BITS] ?? 0) & SEEN;
  return seen !== 0 && !wasSent(words, sent, segment.seq) && !wasSent(words, peer, segment.ack);
}

/** The segment begins at the number of its sender's SYN, of an octet it has sent, or right behind the last. */
export function continues(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  const sent = row + SENT + direction * DIRECTION;
  return ((words[sent + SENT_BITS] ?? 0) & SEEN) !== 0 && wasSent(words, sent, segment.seq);
}

/** The SYN,ACK of this incarnation once more. */
export function repeatsSynAck(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== (SYN | ACK)) return false;
  const sent = row + SENT + direction * DIRECTION;
  return ((words[sent + SENT_BITS] ?? 0) & SYN_SEEN) !== 0 && words[sent + ISN] === segment.seq;
}

/**
 * A segment without SYN that acknowledges the waiting SYN and begins where the old peer never was: the SYN,ACK is missing
 * from the capture. One at the old peer's numbers is a challenge ACK, even if its number happens to fit.
 */
export function goesOnFromSyn(
  words: Int32Array,
  row: number,
  direction: number,
  segment: Segment,
  fitsOld: boolean,
): boolean {
  const plain = (segment.flags & (SYN | RST)) === 0 && (segment.flags & ACK) !== 0;
  return plain && !fitsOld && acknowledgesSyn(words, row, direction, segment);
}

/** A SYN,ACK of the waiting SYN. */
export function answersSyn(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  return (
    (segment.flags & (SYN | ACK | RST)) === (SYN | ACK) && acknowledgesSyn(words, row, direction, segment)
  );
}

/** `RST,ACK` of the waiting SYN: refused, unless its own number shows that the old connection answers. */
export function refusesSyn(
  words: Int32Array,
  row: number,
  direction: number,
  segment: Segment,
  fitsOld: boolean,
): boolean {
  return (
    (segment.flags & (RST | ACK)) === (RST | ACK) &&
    acknowledgesSyn(words, row, direction, segment) &&
    (segment.seq === 0 || !fitsOld)
  );
}

function acknowledgesSyn(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  const peer = row + SENT + (1 - direction) * DIRECTION;
  return after(segment.ack, words[peer + ISN] ?? 0) && !after(segment.ack, words[peer + HIGH] ?? 0);
}

/** Whether a segment's numbers are those of this incarnation. */
export function fits(words: Int32Array, row: number, direction: number, segment: Segment): boolean {
  const sent = row + SENT + direction * DIRECTION;
  const peer = row + SENT + (1 - direction) * DIRECTION;
  if (!inRange(words, sent, segment.seq)) return false;
  return (segment.flags & ACK) === 0 || (segment.flags & RST) !== 0 || inRange(words, peer, segment.ack);
}

function inRange(words: Int32Array, block: number, number: number): boolean {
  const bits = words[block + SENT_BITS] ?? 0;
  if ((bits & SEEN) === 0) return true;
  if (bits & SYN_SEEN && before(number, words[block + ISN] ?? 0)) return false;
  return near(words[block + HIGH] ?? 0, number);
}

/** From the first number known to the one behind the last; only the last counts where no SYN says what was first. */
function wasSent(words: Int32Array, block: number, number: number): boolean {
  const bits = words[block + SENT_BITS] ?? 0;
  if (after(number, words[block + HIGH] ?? 0)) return false;
  return bits & SYN_SEEN ? !before(number, words[block + ISN] ?? 0) : near(words[block + HIGH] ?? 0, number);
}

function near(mark: number, number: number): boolean {
  return Math.abs(distance(mark, number)) < NEAR;
}

/** Who is the client: the sender of the SYN, the receiver of the SYN,ACK; mid-stream the end with the higher port. */
export function roleBits(segment: Segment, direction: number): number {
  const fromB = direction === 1;
  if (segment.flags & SYN) {
    const clientIsB = fromB === ((segment.flags & ACK) === 0);
    return OPENED | ROLES_OBSERVED | (clientIsB ? CLIENT_IS_B : 0);
  }
  const sourceIsClient = segment.sourcePort >= segment.destinationPort;
  return fromB === sourceIsClient ? CLIENT_IS_B : 0;
}
