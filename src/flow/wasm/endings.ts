/**
 * Looks at rows that may be over, and says of each what became of it: as a `RegularClose` where it is over, or open and nothing
 * of it is out of the ordinary. Several are looked at side by side, so that the processor waits for all of their memory at once.
 */
import { ABORT, BEFORE, OPEN, OVER } from '../close-codes';
import {
  ALIVE,
  CLOSE_ANSWERED,
  CLOSE_BEFORE,
  CLOSE_COVERED,
  CLOSE_START,
  CLOSER_IS_B,
  CLOSER_IS_SERVER,
  DUE,
  ENDS,
  FIRST,
  GONE,
  HIGH_A,
  HIGH_B,
  IS_IPV6,
  IS_QUEUED,
  KIND_SHIFT,
  LOW_A,
  LOW_B,
  NUMBER,
  OPENER_IS_B,
  PART_ANSWERED,
  PART_BEFORE,
  PART_CLIENT,
  PART_COVERED,
  PART_END,
  PART_FOUND,
  PART_KIND,
  PART_NUMBER,
  PART_ROW,
  PART_SERVER,
  PART_SERVER_PORT,
  PART_START,
  PART_STATUS,
  RECENT,
  REGULAR,
  SERVER_SPOKE,
  STATUS,
  TOUCHED,
} from '../compact-row';
import { partAt } from './parts';
import { lastTime, phaseOf, rest, rowAt, set, word } from './row';
import { remove } from './row-life';

/**
 * Looks at the rows in the first parts for what is over and silent. What is, leaves the index; what is not over waits no more.
 *
 * @param now nanoseconds since the capture's first record
 * @param silence nanoseconds
 */
export function sweep(parts: i32, now: f64, silence: f64): void {
  touch(parts);
  for (let part = 0; part < parts; part++) {
    const to = partAt(part);
    const at = rowAt(word(to, PART_ROW));
    set(to, PART_FOUND, GONE);
    if (word(to, PART_ROW) === 0 || word(at, NUMBER) !== word(to, PART_NUMBER)) continue;
    const end = <f64>lastTime(at);
    store<f64>(to + (PART_END << 2), end);
    if (now - end <= silence) {
      set(to, PART_FOUND, RECENT);
    } else if (phaseOf(word(at, STATUS)) !== OVER) {
      set(to, PART_FOUND, ALIVE);
      set(at, STATUS, word(at, STATUS) & ~IS_QUEUED);
      set(at, DUE, 0);
    } else {
      remove(word(to, PART_ROW));
      describe(to, at);
    }
  }
}

/** Looks at the rows in the first parts at the end of a capture. */
export function settle(parts: i32): void {
  touch(parts);
  for (let part = 0; part < parts; part++) {
    const to = partAt(part);
    const at = rowAt(word(to, PART_ROW));
    set(to, PART_FOUND, GONE);
    if (word(to, PART_ROW) === 0) continue;
    set(to, PART_FOUND, ALIVE);
    store<f64>(to + (PART_END << 2), <f64>lastTime(at));
    const phase = phaseOf(word(at, STATUS));
    if (phase === OVER || (phase === BEFORE && (word(at, STATUS) & SERVER_SPOKE) !== 0)) describe(to, at);
  }
}

function touch(parts: i32): void {
  let seen: i32 = 0;
  for (let part = 0; part < parts; part++) {
    const at = rowAt(word(partAt(part), PART_ROW));
    seen += word(at, STATUS) + word(rest(at), FIRST);
  }
  store<i32>(TOUCHED, seen);
}

function describe(to: usize, at: usize): void {
  const status = word(at, STATUS);
  const more = rest(at);
  const ports = word(at, ENDS);
  const serverIsB = (status & OPENER_IS_B) === 0;
  const isOpen = phaseOf(status) === BEFORE;
  const kind = isOpen ? OPEN : (status >>> KIND_SHIFT) & 7;
  let bits = status & IS_IPV6;
  if (!isOpen && ((status & CLOSER_IS_B) !== 0) === serverIsB) bits |= CLOSER_IS_SERVER;
  set(to, PART_FOUND, REGULAR);
  set(to, PART_KIND, kind);
  set(to, PART_STATUS, bits);
  set(to, PART_SERVER_PORT, serverIsB ? ports & 0xffff : <i32>(<u32>ports >>> 16));
  copyAddress(to, PART_CLIENT, at, serverIsB);
  copyAddress(to, PART_SERVER, at, !serverIsB);
  if (isOpen) return;
  copyTime(to, PART_BEFORE, more, CLOSE_BEFORE);
  copyTime(to, PART_START, more, CLOSE_START);
  if (kind === ABORT) return;
  copyTime(to, PART_COVERED, more, CLOSE_COVERED);
  copyTime(to, PART_ANSWERED, more, CLOSE_ANSWERED);
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
