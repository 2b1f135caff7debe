/**
 * Looks at rows that may be over, and says of each what became of it: as a `RegularClose` where it is over, or open and nothing
 * of it is out of the ordinary. Several are looked at side by side, so that the processor waits for all of their memory at once.
 */

import { END_OF_CAPTURE, SWEEP } from '../../flow/phases';
import {
  ABORT,
  BEFORE,
  HALF_OPEN,
  OPEN,
  OVER,
  REFUSED,
  STRAY_ACK,
  STRAY_RST,
  STRAY_RST_ACK,
  STRAY_SYN_ACK,
  UNANSWERED,
} from '../close-codes';
import {
  ENDING_ANSWERED,
  ENDING_BEFORE,
  ENDING_BITS,
  ENDING_BY_SERVER,
  ENDING_CLIENT,
  ENDING_CLIENT_PORT,
  ENDING_COVERED,
  ENDING_END,
  ENDING_ID,
  ENDING_IS_IPV6,
  ENDING_KIND_SHIFT,
  ENDING_PHASE_SHIFT,
  ENDING_ROOT,
  ENDING_SEGMENTS,
  ENDING_SERVER,
  ENDING_START,
  ENDING_TICK,
  ENDING_UNTIL,
  ENDING_WORDS,
} from '../ending-layout';
import {
  ALIVE,
  AT_META,
  CLOSE_ANSWERED,
  CLOSE_BEFORE,
  CLOSE_COVERED,
  CLOSE_START,
  CLOSER_IS_B,
  COUNT_MASK,
  DUE,
  ENDINGS,
  ENDS,
  FIRST,
  GONE,
  HIGH_A,
  HIGH_B,
  IS_IPV6,
  IS_QUEUED,
  IS_STRAY,
  KIND_SHIFT,
  LAST,
  LOW_A,
  LOW_B,
  NUMBER,
  OPENER_IS_B,
  RECENT,
  REGULAR,
  SENT_BY_B,
  SERVER_SPOKE,
  SLOT_END,
  SLOT_ENDING,
  SLOT_FOUND,
  SLOT_NUMBER,
  SLOT_ROW,
  STATUS,
  TOUCHED,
} from '../memory-map';
import { segmentAt } from './journal';
import { lastTime, phaseOf, rest, rowAt, set, word } from './row';
import { release, remove } from './row-life';
import { ACK, CONTROL, RST, SYN } from './segment';
import { slotAt } from './slots';

/**
 * The number of endings written so far, and what all of them share: the time up to which the capture was read,
 * and their order.
 */
let endings: i32 = 0;
let readTo: f64 = 0;
let tick: f64 = 0;
let phase: i32 = 0;

/**
 * For each sweep slot: removes a connection that is over and has been silent for 2MSL from the index and writes
 * its ending; takes a connection that is not over off the calendar. Returns the number of endings.
 *
 * @param now nanoseconds since the capture's first record
 * @param silence nanoseconds
 * @param segments of the run so far
 * @param releases nobody needs the rows of what is over any more
 */
export function sweep(parts: i32, now: f64, silence: f64, segments: f64, releases: bool): i32 {
  begin(now, segments, SWEEP);
  touch(parts);
  for (let part = 0; part < parts; part++) {
    const to = slotAt(part);
    const row = word(to, SLOT_ROW);
    const at = rowAt(row);
    set(to, SLOT_FOUND, GONE);
    if (row === 0 || word(at, NUMBER) !== word(to, SLOT_NUMBER)) continue;
    const end = <f64>lastTime(at);
    store<f64>(to + (SLOT_END << 2), end);
    if (now - end <= silence) {
      set(to, SLOT_FOUND, RECENT);
    } else if (phaseOf(word(at, STATUS)) !== OVER) {
      set(to, SLOT_FOUND, ALIVE);
      set(at, STATUS, word(at, STATUS) & ~IS_QUEUED);
      set(at, DUE, 0);
    } else {
      remove(row);
      describe(to, at, end);
      if (releases) release(row);
    }
  }
  return endings;
}

/** Does the same for each sweep slot at the end of a capture, however recent the last segment is. */
export function settle(parts: i32, now: f64, segments: f64): i32 {
  begin(now, segments, END_OF_CAPTURE);
  touch(parts);
  for (let part = 0; part < parts; part++) {
    const to = slotAt(part);
    const at = rowAt(word(to, SLOT_ROW));
    set(to, SLOT_FOUND, GONE);
    if (word(to, SLOT_ROW) === 0) continue;
    set(to, SLOT_FOUND, ALIVE);
    const closing = phaseOf(word(at, STATUS));
    const isLittle = (word(at, STATUS) & COUNT_MASK) <= 2;
    const isOpen = closing === BEFORE && (isLittle || (word(at, STATUS) & SERVER_SPOKE) !== 0);
    if (closing === OVER || isOpen) describe(to, at, <f64>lastTime(at));
  }
  return endings;
}

function begin(now: f64, segments: f64, newPhase: i32): void {
  endings = 0;
  readTo = now;
  tick = segments;
  phase = newPhase;
}

function touch(parts: i32): void {
  let seen: i32 = 0;
  for (let part = 0; part < parts; part++) {
    const at = rowAt(word(slotAt(part), SLOT_ROW));
    seen += word(at, STATUS) + word(rest(at), FIRST);
  }
  store<i32>(TOUCHED, seen);
}

/** Writes the ending of the row at `at`, whose last segment came at `end`. */
function describe(part: usize, at: usize, end: f64): void {
  const to: usize = <usize>ENDINGS + ((<usize>(endings * ENDING_WORDS)) << 2);
  set(part, SLOT_FOUND, REGULAR);
  set(part, SLOT_ENDING, endings);
  endings++;
  const status = word(at, STATUS);
  const more = rest(at);
  const ports = word(at, ENDS);
  const serverIsB = (status & OPENER_IS_B) === 0;
  const isOpen = phaseOf(status) === BEFORE;
  const kind = kindOf(at, status, isOpen);
  let bits = serverIsB ? ports & 0xffff : <i32>(<u32>ports >>> 16);
  bits |= (kind << ENDING_KIND_SHIFT) | (phase << ENDING_PHASE_SHIFT);
  if ((status & IS_IPV6) !== 0) bits |= ENDING_IS_IPV6;
  if (kind > HALF_OPEN) {
    if (((word(segmentAt(word(at, LAST)), AT_META) & SENT_BY_B) !== 0) === serverIsB)
      bits |= ENDING_BY_SERVER;
  } else if (!isOpen && ((status & CLOSER_IS_B) !== 0) === serverIsB) {
    bits |= ENDING_BY_SERVER;
  }
  set(to, ENDING_ID, word(at, NUMBER));
  set(to, ENDING_ROOT, word(at, NUMBER));
  set(to, ENDING_BITS, bits);
  set(to, ENDING_SEGMENTS, 0);
  set(to, ENDING_CLIENT_PORT, serverIsB ? <i32>(<u32>ports >>> 16) : ports & 0xffff);
  copyAddress(to, ENDING_CLIENT, at, serverIsB);
  copyAddress(to, ENDING_SERVER, at, !serverIsB);
  store<f64>(to + (ENDING_TICK << 2), tick);
  store<f64>(to + (ENDING_END << 2), end);
  store<f64>(to + (ENDING_UNTIL << 2), max(readTo, end));
  if (isOpen || kind > HALF_OPEN) return;
  copyTime(to, ENDING_BEFORE, more, CLOSE_BEFORE);
  copyTime(to, ENDING_START, more, CLOSE_START);
  if (kind === ABORT || kind === REFUSED) return;
  copyTime(to, ENDING_COVERED, more, CLOSE_COVERED);
  copyTime(to, ENDING_ANSWERED, more, CLOSE_ANSWERED);
}

/** A number of `close-codes.ts`. */
function kindOf(at: usize, status: i32, isOpen: bool): i32 {
  const count = status & COUNT_MASK;
  if (count > 2) return isOpen ? OPEN : (status >>> KIND_SHIFT) & 7;
  if (count === 2) return isOpen ? HALF_OPEN : REFUSED;
  if ((status & IS_STRAY) === 0) return UNANSWERED;
  const control = word(segmentAt(word(at, LAST)), AT_META) & CONTROL;
  if (control & RST) return control & ACK ? STRAY_RST_ACK : STRAY_RST;
  return control & SYN ? STRAY_SYN_ACK : STRAY_ACK;
}

/** @param ofA of end `a`, else of `b` */
function copyAddress(to: usize, place: i32, at: usize, ofA: bool): void {
  const high = rest(at) + ((ofA ? HIGH_A : HIGH_B) << 2);
  set(to, place, word(high, 0));
  set(to, place + 1, word(high, 1));
  set(to, place + 2, word(high, 2));
  set(to, place + 3, word(at, ofA ? LOW_A : LOW_B));
}

function copyTime(to: usize, place: i32, from: usize, own: i32): void {
  store<f64>(to + (place << 2), load<f64>(from + (own << 2)));
}
