/** Where rows lie, and the memory of those that are free. */
import {
  APART,
  BLOCK_BITS,
  CLOSED_ROWS,
  ENDS,
  HIGH_BITS,
  LAST_HIGH_SHIFT,
  LAST_TIME,
  NOBODY,
  NUMBER,
  OPEN_ROWS,
  PHASE_SHIFT,
  POOL_BYTES,
  STARTED,
  STATUS,
} from '../memory-map';
import { addressOf, takeBlock } from './memory';

/** Rows of a block: the lines of 64 bytes in the first half. */
const PER_BLOCK: i32 = 1 << (BLOCK_BITS - 7);

/**
 * Of a pool of rows, in words: the free row that is taken next, which names the one behind it, and the last; 0 for none. The
 * next row that was never used, and the first that is not in its block. There are two pools, so that the rows of open
 * connections lie close together: they are what is looked at all the time.
 */
const FREE: i32 = 0;
const LAST_FREE: i32 = 1;
const NEXT: i32 = 2;
const END: i32 = 3;

/** There are no rows. */
export function resetRows(): void {
  memory.fill(OPEN_ROWS, 0, POOL_BYTES);
  memory.fill(CLOSED_ROWS, 0, POOL_BYTES);
}

export function rowAt(row: i32): usize {
  return (<usize>row) << 6;
}

/** The second part of the row that begins there. */
export function rest(at: usize): usize {
  return at + (APART << 2);
}

export function word(at: usize, offset: i32): i32 {
  return load<i32>(at + (offset << 2));
}

export function set(at: usize, offset: i32, value: i32): void {
  store<i32>(at + (offset << 2), value);
}

/** A row as it was left; 0 where there is no more memory. */
export function takeRow(pool: usize): i32 {
  const free = word(pool, FREE);
  if (free !== 0) {
    set(pool, FREE, word(rowAt(free), ENDS));
    return free;
  }
  let next = word(pool, NEXT);
  if (next === word(pool, END)) {
    const block = takeBlock();
    if (block === 0) return 0;
    next = <i32>(addressOf(block) >>> 6);
    set(pool, END, next + PER_BLOCK);
  }
  set(pool, NEXT, next + 1);
  return next;
}

/** A closed one is used again after all that were released before it, so that those that close next lie side by side. */
export function releaseRow(pool: usize, row: i32): void {
  const at = rowAt(row);
  const free = word(pool, FREE);
  set(at, NUMBER, NOBODY);
  if (pool === OPEN_ROWS || free === 0) {
    set(at, ENDS, free);
    set(pool, FREE, row);
  } else {
    set(at, ENDS, 0);
    set(rowAt(word(pool, LAST_FREE)), ENDS, row);
  }
  if (pool === CLOSED_ROWS) set(pool, LAST_FREE, row);
}

/** How far its closing has come. */
export function phaseOf(status: i32): i32 {
  return (status >>> PHASE_SHIFT) & 7;
}

/** Time of its last segment. */
export function lastTime(at: usize): i64 {
  const high = (word(at, STATUS) >>> LAST_HIGH_SHIFT) & HIGH_BITS;
  return load<i64>(at, STARTED << 2) + (((<i64>high) << 32) | <i64>load<u32>(at, LAST_TIME << 2));
}
