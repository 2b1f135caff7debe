/** What becomes of rows: they lead to full ones, move to those that have closed, leave the index, and are released. */
import {
  AT_BEFORE,
  CLOSED_ONES,
  CLOSED_ROWS,
  COUNT_MASK,
  FIRST,
  FULL_AT,
  IN_FULL_ROW,
  IS_CLOSED,
  IS_FULL,
  IS_IPV6,
  LAST,
  NUMBER,
  OPEN_ONES,
  OPEN_ROWS,
  STATUS,
} from '../memory-map';
import { enter, isIn, leave } from './flow-index';
import { hashOf, writeKey } from './flow-key';
import * as journal from './journal';
import { HASH, isIpv6, SINGLE_PACKET } from './packet';
import { releaseRow, rest, rowAt, set, takeRow, word } from './row';

/**
 * Enters a full row for the 4-tuple that was set alone; 0 where there is no memory. Returns the row that leads there.
 *
 * @param address where it lies in the memory, 0 where it does not
 */
export function enterFull(full: i32, address: i32): i32 {
  const row = takeRow(OPEN_ROWS);
  if (row === 0) return 0;
  if (!enter(OPEN_ONES, row, load<i32>(SINGLE_PACKET, HASH))) {
    releaseRow(OPEN_ROWS, row);
    return 0;
  }
  const at = rowAt(row);
  writeKey(SINGLE_PACKET, at);
  set(at, NUMBER, IN_FULL_ROW);
  set(at, STATUS, IS_FULL | (isIpv6(SINGLE_PACKET) ? IS_IPV6 : 0));
  set(at, LAST, full);
  set(at, FULL_AT, address);
  return row;
}

/** The segments of a row are in a full one: where it is in the index, it leads there from now on, else it is released. */
export function leadTo(row: i32, full: i32, address: i32): void {
  const at = rowAt(row);
  const status = word(at, STATUS);
  if (!isEntered(row)) {
    release(row);
    return;
  }
  if ((status & IS_FULL) === 0) {
    journal.release(word(rest(at), FIRST), status & COUNT_MASK);
    set(rest(at), FIRST, 0);
    set(at, STATUS, IS_FULL | (status & (IS_IPV6 | IS_CLOSED)));
    set(at, NUMBER, IN_FULL_ROW);
  }
  set(at, LAST, full);
  set(at, FULL_AT, address);
}

/** Releases a row that is no longer in the index, or never will be looked for again. */
export function release(row: i32): void {
  const at = rowAt(row);
  const status = word(at, STATUS);
  if ((status & IS_FULL) === 0) journal.release(word(rest(at), FIRST), status & COUNT_MASK);
  set(rest(at), FIRST, 0);
  releaseRow(status & IS_CLOSED ? CLOSED_ROWS : OPEN_ROWS, row);
}

/** Takes a row out of the index. */
export function remove(row: i32): void {
  leave(indexOf(row), row, hashOf(row));
}

/** The row is the one that its key leads to. */
export function isEntered(row: i32): bool {
  return isIn(indexOf(row), row, hashOf(row));
}

function indexOf(row: i32): usize {
  return word(rowAt(row), STATUS) & IS_CLOSED ? CLOSED_ONES : OPEN_ONES;
}

/**
 * Moves a row, which has closed and whose 4-tuple has this hash, to those that have. Returns the new one; the same where there is no
 * memory.
 */
export function moveAway(row: i32, hash: i32): i32 {
  const closed = takeRow(CLOSED_ROWS);
  if (closed === 0) return row;
  if (!enter(CLOSED_ONES, closed, hash)) {
    releaseRow(CLOSED_ROWS, closed);
    return row;
  }
  leave(OPEN_ONES, row, hash);
  const from = rowAt(row);
  const to = rowAt(closed);
  for (let at: usize = 0; at < 64; at += 8) {
    store<i64>(to + at, load<i64>(from + at));
    store<i64>(rest(to) + at, load<i64>(rest(from) + at));
  }
  set(to, STATUS, word(to, STATUS) | IS_CLOSED);
  set(journal.segmentAt(word(rest(to), FIRST)), AT_BEFORE, ~closed);
  releaseRow(OPEN_ROWS, row);
  return closed;
}
