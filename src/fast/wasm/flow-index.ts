/**
 * Finds the row of a 4-tuple: open addressing with linear probing; no order of the output depends on it. A place holds a row
 * and the hash of its key, so that growing and probing touch no row.
 *
 * Growing takes no pause: what stands in the old places moves to the new ones little by little, with each key that is
 * added. Until then it is found there.
 */
import {
  BLOCK_BITS,
  CLOSED_ONES,
  ENTRIES,
  INDEX_BYTES,
  IS_FULL,
  LAST,
  LISTED,
  MOST_ENTRIES,
  NUMBER,
  OPEN_ONES,
  STATUS,
} from '../memory-map';
import { hasKey, isElsewhere } from './flow-key';
import { addressOf, blocksOf, releaseBlocks, takeZeroed } from './memory';
import { directionOf, HASH, SINGLE_PACKET } from './packet';
import { rowAt, set, word } from './row';

/** The mark left in an old place whose row has moved. */
const GONE: i32 = 1 << 31;
/**
 * Old places moved with each key that is added: twice as many as are needed to finish before the index grows
 * again.
 */
const AT_ONCE: i32 = 4;
/** Bytes of the first places. */
const FIRST_BYTES: i32 = 1 << 15;

/**
 * Of an index, in words: where its places begin, eight bytes each, how many bytes less one they have, and how many rows they
 * hold; the same of places that are being left, which begin at 0 most of the time, and up to where they have been left.
 * There are two, so that the one of open connections is small enough for the processor's caches; closed ones are looked for
 * only where nothing was found there.
 */
const SLOTS: i32 = 0;
const MASK: i32 = 1;
const FILLED: i32 = 2;
const OLD: i32 = 3;
const OLD_MASK: i32 = 4;
const MOVED: i32 = 5;

/** Begins both indexes; the first memory is large enough for them. */
export function resetIndexes(): void {
  begin(OPEN_ONES);
  begin(CLOSED_ONES);
}

function begin(index: usize): void {
  memory.fill(index, 0, INDEX_BYTES);
  takePlaces(index, FIRST_BYTES);
}

function takePlaces(index: usize, bytes: i32): bool {
  const first = takeZeroed(blocksOf(bytes));
  if (first === 0) return false;
  set(index, SLOTS, <i32>addressOf(first));
  set(index, MASK, bytes - 1);
  return true;
}

/**
 * The row at one of the first two places for this hash if the hash matches (it may still belong to another
 * 4-tuple), else 0, which is the usual case. Free of branches, since it is called for each packet in turn.
 */
export function rowNear(known: i32): i32 {
  const slots: usize = word(OPEN_ONES, SLOTS);
  const mask: usize = word(OPEN_ONES, MASK);
  const first = slots + (((<usize>known) << 3) & mask);
  const second = slots + ((((<usize>known) << 3) + 8) & mask);
  const ofSecond = select<i32>(load<i32>(second), 0, load<i32>(second, 4) === known);
  return select<i32>(load<i32>(first), ofSecond, load<i32>(first, 4) === known) & ~GONE;
}

/** The first place of a closed connection with this hash. */
export function closedPlace(hash: i32): usize {
  const mask: usize = word(CLOSED_ONES, MASK);
  const slots: usize = word(CLOSED_ONES, SLOTS);
  return slots + (((<usize>hash) << 3) & mask);
}

/** The row of the packet's 4-tuple; 0 when there is none. */
export function find(packet: usize): i32 {
  const row = findIn(OPEN_ONES, packet);
  return row === 0 ? findIn(CLOSED_ONES, packet) : row;
}

function findIn(index: usize, packet: usize): i32 {
  const row = findAt(word(index, SLOTS), word(index, MASK), packet);
  if (row !== 0 || word(index, OLD) === 0) return row;
  return findAt(word(index, OLD), word(index, OLD_MASK), packet);
}

/**
 * Finds the row of the 4-tuple of the single packet. Returns twice the row (0 for none), plus 1 if end `b` sent
 * the packet; -1 if the 4-tuple belongs to another partition.
 */
export function lookUp(): i32 {
  return isElsewhere(SINGLE_PACKET) ? -1 : (find(SINGLE_PACKET) << 1) | directionOf(SINGLE_PACKET);
}

/** Enters a row under the hash of its 4-tuple. Returns false if there is no memory for it. */
export function enter(index: usize, row: i32, hash: i32): bool {
  const filled = word(index, FILLED) + 1;
  if (filled * 2 > (word(index, MASK) + 1) >>> 3 && !grow(index)) return false;
  set(index, FILLED, filled);
  put(index, row, hash);
  if (word(index, OLD) !== 0) move(index);
  return true;
}

/** Removes a row. Returns false if the index does not hold it. `key`: the hash of its 4-tuple. */
export function leave(index: usize, row: i32, key: i32): bool {
  const at = placeIn(word(index, SLOTS), word(index, MASK), row, key);
  if (at !== 0) {
    close(index, at);
  } else {
    const old = oldPlaceIn(index, row, key);
    if (old === 0) return false;
    store<i32>(old, GONE);
  }
  set(index, FILLED, word(index, FILLED) - 1);
  return true;
}

/** Whether looking up the key of a row finds that row. */
export function isIn(index: usize, row: i32, key: i32): bool {
  return placeIn(word(index, SLOTS), word(index, MASK), row, key) !== 0 || oldPlaceIn(index, row, key) !== 0;
}

/**
 * Lists entries at {@link ENTRIES}, {@link MOST_ENTRIES} at most: the full row that a row leads to and one more, or the row
 * itself, all bits the other way round; and the number of its connection, 0 where that is in a full row. Says at {@link LISTED} how
 * many those are.
 *
 * @param from a place, counted through both indexes
 * @returns the place behind the last; -1 where there is none
 */
export function listEntries(from: i32): i32 {
  const open = placesOf(OPEN_ONES);
  const all = open + placesOf(CLOSED_ONES);
  let place = from;
  let listed: i32 = 0;
  for (; place < all && listed < MOST_ENTRIES; place++) {
    const row = place < open ? rowOf(OPEN_ONES, place) : rowOf(CLOSED_ONES, place - open);
    if (row === 0 || row === GONE) continue;
    const at = rowAt(row);
    const isFull = (word(at, STATUS) & IS_FULL) !== 0;
    store<i32>(ENTRIES + (listed << 3), isFull ? word(at, LAST) + 1 : ~row);
    store<i32>(ENTRIES + (listed << 3), isFull ? 0 : word(at, NUMBER), 4);
    listed++;
  }
  store<i32>(LISTED, listed);
  return place < all ? place : -1;
}

function placesOf(index: usize): i32 {
  return countOf(index, MASK) + (word(index, OLD) === 0 ? 0 : countOf(index, OLD_MASK));
}

function countOf(index: usize, within: i32): i32 {
  return (word(index, within) + 1) >>> 3;
}

function rowOf(index: usize, place: i32): i32 {
  const own = countOf(index, MASK);
  return place < own
    ? load<i32>(word(index, SLOTS) + (place << 3))
    : load<i32>(word(index, OLD) + ((place - own) << 3));
}

function oldPlaceIn(index: usize, row: i32, key: i32): usize {
  return word(index, OLD) === 0 ? 0 : placeIn(word(index, OLD), word(index, OLD_MASK), row, key);
}

function placeIn(from: usize, within: usize, row: i32, key: i32): usize {
  let at: usize = ((<usize>key) << 3) & within;
  while (load<i32>(from + at) !== row) {
    if (load<i32>(from + at) === 0) return 0;
    at = (at + 8) & within;
  }
  return from + at;
}

function findAt(from: usize, within: usize, packet: usize): i32 {
  const wanted = load<i32>(packet, HASH);
  let at: usize = ((<usize>wanted) << 3) & within;
  let row = load<i32>(from + at);
  while (row !== 0 && !(load<i32>(from + at, 4) === wanted && row !== GONE && hasKey(row, packet))) {
    at = (at + 8) & within;
    row = load<i32>(from + at);
  }
  return row;
}

/**
 * Doubles the number of places. If there is no memory for that, the index fills up to the last place but one.
 */
function grow(index: usize): bool {
  while (word(index, OLD) !== 0) move(index);
  const slots = word(index, SLOTS);
  const mask = word(index, MASK);
  if (!takePlaces(index, 2 * (mask + 1))) return word(index, FILLED) + 2 < (mask + 1) >>> 3;
  set(index, OLD, slots);
  set(index, OLD_MASK, mask);
  set(index, MOVED, 0);
  return true;
}

/** Moves the rows of the next old places, and leaves a mark in each place, so that probes go on past it. */
function move(index: usize): void {
  const old: usize = word(index, OLD);
  const bytes = word(index, OLD_MASK) + 1;
  const from = word(index, MOVED);
  const until = min(bytes, from + 8 * AT_ONCE);
  for (let at = from; at < until; at += 8) {
    const row = load<i32>(old + at);
    if (row === 0 || row === GONE) continue;
    put(index, row, load<i32>(old + at, 4));
    store<i32>(old + at, GONE);
  }
  set(index, MOVED, until);
  if (until < bytes) return;
  releaseBlocks(<i32>(old >>> BLOCK_BITS), blocksOf(bytes));
  set(index, OLD, 0);
}

function put(index: usize, row: i32, key: i32): void {
  const slots: usize = word(index, SLOTS);
  const mask: usize = word(index, MASK);
  let at: usize = ((<usize>key) << 3) & mask;
  while (load<i32>(slots + at) !== 0) at = (at + 8) & mask;
  store<i32>(slots + at, row);
  store<i32>(slots + at, key, 4);
}

/** Empties a place and moves the rows behind it up, so that no probe breaks. */
function close(index: usize, place: usize): void {
  const slots: usize = word(index, SLOTS);
  const mask: usize = word(index, MASK);
  let hole = place - slots;
  store<i32>(place, 0);
  for (let at = (hole + 8) & mask; load<i32>(slots + at) !== 0; at = (at + 8) & mask) {
    const home = ((<usize>load<i32>(slots + at, 4)) << 3) & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    store<i64>(slots + hole, load<i64>(slots + at));
    store<i32>(slots + at, 0);
    hole = at;
  }
}
