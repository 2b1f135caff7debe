/**
 * Full rows that lie in this memory (`../row.ts`) take what comes most often while a connection is established: the next data, or
 * an ACK, with nothing missing and no window closed. `../segment-intake.ts` says the same for all segments.
 */
import { DATA, GAPS, MOST, OF_B, PURE_ACK } from '../../flow/history-codes';
import {
  ACK_HIGH,
  ACK_SEEN,
  ANY,
  BITS,
  BYTES_HIGH,
  BYTES_LOW,
  CLOSING,
  COUNT,
  DATA_SEEN,
  DIRECTION,
  END,
  FRONT,
  HAS_AHEAD,
  HAS_ALERT,
  HAS_SIGNATURE,
  HAS_TIMESTAMP,
  HIGH,
  HISTORY_COUNTS,
  HISTORY_SEEN,
  HOLES,
  IS_UNKNOWN,
  LAST_ACK_NUMBER,
  LAST_ECHO,
  LAST_FRAME,
  LAST_HIGH_BEFORE,
  LAST_LENGTH,
  LAST_OWN_FRAME,
  LAST_SEQ,
  LAST_TIME,
  LAST_TIMESTAMP,
  LAST_TTL_FLAGS,
  LAST_WINDOW_IPID,
  PREVIOUS,
  SEEN,
  SENT,
  SENT_BITS,
  SYNCHRONIZED,
  TENTATIVE,
  TWO_LEGS,
  UNANSWERED,
  WINDOW_CLOSED,
} from '../../flow/row';
import {
  ACK_NUMBER,
  contentOf,
  directionOf,
  ECHO,
  flagsOf,
  isStamped,
  lengthOf,
  META,
  SEQ,
  TIMESTAMP,
  ttlOf,
  windowOf,
} from './packet';
import { set, word } from './row';
import { ACK, CONTROL } from './segment';

/** Sequence numbers of the two legs of a device that rewrites them are further apart than this. */
const LONGEST_LEAP: u32 = 1 << 16;

/**
 * The bits that a row keeps of the last segment of a side. Signed segments never come here. Of the contents,
 * `alert` is bit 0 and `unknown` bit 1.
 */
const LAST_FACTS: i32 = HAS_TIMESTAMP | HAS_SIGNATURE | HAS_ALERT | IS_UNKNOWN;

/**
 * Takes the next data or ACK of an established connection into its full row. Returns false (and changes
 * nothing) for any other segment.
 *
 * @param at 0 for a row elsewhere
 * @param time nanoseconds since the first record of its stretch of time
 */
export function takeInFull(at: usize, packet: usize, time: f64, frame: i32): bool {
  const flags = flagsOf(packet);
  const window = windowOf(packet);
  if (at === 0 || (flags & CONTROL) !== ACK || window === 0) return false;
  const direction = directionOf(packet);
  const length = lengthOf(packet);
  const seq = load<i32>(packet, SEQ);
  const ack = load<i32>(packet, ACK_NUMBER);
  if ((word(at, BITS) & (SYNCHRONIZED | CLOSING | TENTATIVE | TWO_LEGS)) !== SYNCHRONIZED) return false;
  if (word(at, PREVIOUS) !== 0) return false;
  const sent = at + ((SENT + direction * DIRECTION) << 2);
  const peer = at + ((SENT + (1 - direction) * DIRECTION) << 2);
  const bits = word(sent, SENT_BITS);
  if ((bits & (SEEN | HAS_AHEAD | WINDOW_CLOSED)) !== SEEN || word(peer, SENT_BITS) & HAS_AHEAD) return false;
  const high = word(sent, HIGH);
  if (seq !== high || word(sent, FRONT) !== high) return false;
  const letter = length > 0 ? DATA : PURE_ACK;
  if ((word(at, HISTORY_SEEN) & (1 << (letter + OF_B * direction))) === 0) return false;
  // The history tells of what the peer's data lack with the next segment from here.
  const gaps = (word(at, HISTORY_COUNTS + GAPS) >>> (OF_B * (1 - direction))) & MOST;
  if (word(peer, HOLES) !== gaps) return false;
  const windowAndId = (window << 16) | <i32>load<u16>(packet, META + 2);
  if (length === 0 && isLikeLast(packet, sent, windowAndId)) return false;
  // It may be a copy of the other leg (`../legs.ts`).
  const leaps =
    <u32>(ack - word(sent, LAST_ACK_NUMBER)) >= LONGEST_LEAP ||
    <u32>(seq - word(sent, LAST_SEQ)) >= LONGEST_LEAP;
  if (leaps && word(sent, LAST_WINDOW_IPID) === windowAndId) return false;
  const stamped = isStamped(packet);

  set(at, LAST_FRAME, frame);
  set(at, COUNT, word(at, COUNT) + 1);
  if (time > load<f64>(at + (END << 2))) store<f64>(at + (END << 2), time);
  set(sent, HIGH, high + length);
  set(sent, FRONT, high + length);
  const low = word(sent, BYTES_LOW) + length;
  set(sent, BYTES_LOW, low);
  if (<u32>low < <u32>length) set(sent, BYTES_HIGH, word(sent, BYTES_HIGH) + 1);
  if ((bits & ACK_SEEN) === 0 || ack - word(sent, ACK_HIGH) > 0) set(sent, ACK_HIGH, ack);
  set(
    sent,
    SENT_BITS,
    (bits & ~LAST_FACTS) |
      DATA_SEEN |
      ACK_SEEN |
      ANY |
      (stamped ? HAS_TIMESTAMP : 0) |
      (contentOf(packet) * HAS_ALERT),
  );
  set(peer, UNANSWERED, 0);
  set(sent, LAST_OWN_FRAME, frame);
  set(sent, LAST_SEQ, seq);
  set(sent, LAST_ACK_NUMBER, ack);
  set(sent, LAST_LENGTH, length);
  set(sent, LAST_HIGH_BEFORE, high);
  set(sent, LAST_WINDOW_IPID, windowAndId);
  const largest = max(word(sent, LAST_TTL_FLAGS) >>> 16, window);
  set(sent, LAST_TTL_FLAGS, (largest << 16) | (ttlOf(packet) << 8) | flags);
  if (stamped) {
    set(sent, LAST_TIMESTAMP, load<i32>(packet, TIMESTAMP));
    set(sent, LAST_ECHO, load<i32>(packet, ECHO));
  }
  store<f64>(at + ((LAST_TIME + 2 * direction) << 2), time);
  return true;
}

/** Whether a segment repeats the last segment of its sender: the frame may have been captured twice. */
function isLikeLast(packet: usize, sent: usize, windowAndId: i32): bool {
  return (
    word(sent, LAST_SEQ) === load<i32>(packet, SEQ) &&
    word(sent, LAST_LENGTH) === lengthOf(packet) &&
    word(sent, LAST_ACK_NUMBER) === load<i32>(packet, ACK_NUMBER) &&
    (word(sent, LAST_TTL_FLAGS) & 0xff) === flagsOf(packet) &&
    word(sent, LAST_WINDOW_IPID) === windowAndId
  );
}
