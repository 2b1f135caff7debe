/** How a connection in a compact row closes: the same phases as in `../regular-close.ts`. */
import {
  ABORT,
  BEFORE,
  BOTH_SENT,
  FIN_COVERED,
  FIN_SENT,
  FOUR_WAY,
  HALF_CLOSE,
  IRREGULAR,
  OVER,
  REFUSED,
  RESET_AFTER_FIN,
  THREE_WAY,
} from '../close-codes';
import {
  ACKED,
  CLOSE_ANSWERED,
  CLOSE_BEFORE,
  CLOSE_COVERED,
  CLOSE_START,
  CLOSER_IS_B,
  DATA_BEHIND_FIN,
  KIND_SHIFT,
  NEXT_SEQ,
  PHASE_SHIFT,
  WINDOWS_VARY,
} from '../memory-map';
import { ACK_NUMBER, directionOf, flagsOf, lengthOf, SEQ } from './packet';
import { lastTime, phaseOf, rest, word } from './row';
import { ACK, CONTROL, FIN, RST } from './segment';

/** Nanoseconds. An RST that comes later than this behind a FIN may be the RST of a time-out. */
const SECOND: i64 = 1_000_000_000;

/**
 * The status of the row after a segment of the closing, or IRREGULAR if the segment does not fit. Records when
 * each phase began.
 */
export function close(packet: usize, at: usize, status: i32, now: i64): i32 {
  const next = statusBehind(packet, at, status, now);
  if (next !== IRREGULAR && phaseOf(next) !== phaseOf(status)) note(at, phaseOf(status), phaseOf(next), now);
  return next;
}

function statusBehind(packet: usize, at: usize, status: i32, now: i64): i32 {
  const phase = phaseOf(status);
  const control = flagsOf(packet) & CONTROL;
  if (control & RST) return reset(packet, at, status, now);
  const direction = directionOf(packet);
  const closer = phase === BEFORE ? direction : status & CLOSER_IS_B ? 1 : 0;
  const data = (status & DATA_BEHIND_FIN) !== 0;
  const next = nextPhase(
    packet,
    phase,
    direction === closer,
    word(at, NEXT_SEQ + closer),
    word(at, NEXT_SEQ + 1 - direction),
    data,
  );
  if (next === IRREGULAR) return IRREGULAR;
  let bits = (status & ~(7 << PHASE_SHIFT)) | (next << PHASE_SHIFT);
  if (phase === BEFORE) {
    if (closer === 1) bits |= CLOSER_IS_B;
  } else if (control & FIN) {
    bits |= (data ? HALF_CLOSE : phase === FIN_SENT ? THREE_WAY : FOUR_WAY) << KIND_SHIFT;
  } else if (direction !== closer && lengthOf(packet) > 0) {
    bits |= DATA_BEHIND_FIN;
  }
  return bits;
}

/** As `nextPhase` of `../regular-close.ts`. */
function nextPhase(
  packet: usize,
  phase: i32,
  fromCloser: bool,
  firstEnd: i32,
  peerEnd: i32,
  data: bool,
): i32 {
  const control = flagsOf(packet) & CONTROL;
  const ack = load<i32>(packet, ACK_NUMBER);
  if (phase === BEFORE) return control & FIN ? FIN_SENT : BEFORE;
  if (phase === OVER) return IRREGULAR;
  const isPureAck = (control & FIN) === 0 && lengthOf(packet) === 0;
  if (phase === BOTH_SENT) return fromCloser && isPureAck && ack === peerEnd ? OVER : IRREGULAR;
  // The first closer acknowledges what came after its FIN.
  if (fromCloser) return phase === FIN_COVERED && data && isPureAck ? phase : IRREGULAR;
  if (ack !== firstEnd) return IRREGULAR;
  if (control & FIN) return BOTH_SENT;
  return isPureAck && phase === FIN_COVERED ? IRREGULAR : FIN_COVERED;
}

/**
 * Whether an RST ends the connection as most aborts do: all data is acknowledged, the TTL is that of the other
 * segments of its sender, and each end has always offered the same window.
 */
function reset(packet: usize, at: usize, status: i32, now: i64): i32 {
  const phase = phaseOf(status);
  const direction = directionOf(packet);
  const ack = load<i32>(packet, ACK_NUMBER);
  const peer = 1 - direction;
  if (
    (flagsOf(packet) & CONTROL) !== (RST | ACK) ||
    lengthOf(packet) !== 0 ||
    word(at, ACKED + peer) !== load<i32>(packet, SEQ) ||
    word(at, NEXT_SEQ + peer) !== ack ||
    word(at, ACKED + direction) !== ack ||
    (status & WINDOWS_VARY) !== 0
  ) {
    return IRREGULAR;
  }
  const bits = (status & ~(7 << PHASE_SHIFT)) | (OVER << PHASE_SHIFT);
  const closer = direction === 1 ? CLOSER_IS_B : 0;
  if (phase === BEFORE) return bits | closer | (ABORT << KIND_SHIFT);
  const isBehindFin = phase === FIN_COVERED && (status & (CLOSER_IS_B | DATA_BEHIND_FIN)) === closer;
  if (!isBehindFin || now - lastTime(at) >= SECOND) return IRREGULAR;
  return bits | (RESET_AFTER_FIN << KIND_SHIFT);
}

/** The status of a row whose SYN is refused. */
export function refuse(packet: usize, at: usize, status: i32, now: i64): i32 {
  note(at, BEFORE, OVER, now);
  const closer = directionOf(packet) === 1 ? CLOSER_IS_B : 0;
  return status | closer | (OVER << PHASE_SHIFT) | (REFUSED << KIND_SHIFT);
}

/** Keeps the times of a close as it goes on. */
function note(at: usize, from: i32, to: i32, now: i64): void {
  const more = rest(at);
  if (from === BEFORE) {
    store<f64>(more + (CLOSE_BEFORE << 2), <f64>lastTime(at));
    store<f64>(more + (CLOSE_START << 2), <f64>now);
  } else if (from === FIN_SENT) {
    store<f64>(more + (CLOSE_COVERED << 2), <f64>now);
  }
  // By the second FIN, or by an RST behind the first.
  if (to === BOTH_SENT || (to === OVER && from !== BOTH_SENT)) {
    store<f64>(more + (CLOSE_ANSWERED << 2), <f64>now);
  }
}
