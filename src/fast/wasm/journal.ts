/**
 * The segments of all compact rows in the order in which they came: each is written behind the last, so that writing
 * one waits for no memory, wherever its connection's others are. A place is a segment's address in units of 32 bytes.
 *
 * The oldest block is used again as soon as no connection that began in it is left. Where one that lingers would keep much
 * more than what is held ({@link isCrowded}), its segments are to be written again.
 */
import { BEGAN, BLOCK_BITS, NEXT_BLOCK } from '../memory-map';
import { takeBlock } from './memory';

/** Bits of a place within its block. */
const PLACE_BITS = BLOCK_BITS - 5;
export const PER_BLOCK: i32 = 1 << PLACE_BITS;
/** Blocks that the journal may keep beyond twice what its live segments fill. */
const SPARE = 8;

/**
 * The blocks in use, oldest first, and the free blocks, both as chains of {@link NEXT_BLOCK}; 0 ends a chain.
 */
let oldest: i32 = 0;
let newest: i32 = 0;
let free: i32 = 0;
let blocks: i32 = 0;
/** The next place in the newest block, and the place behind its last. */
let next: i32 = 0;
let end: i32 = 0;
let held: i32 = 0;

function began(block: i32): i32 {
  return load<i32>(BEGAN + (block << 2));
}

function setBegan(block: i32, count: i32): void {
  store<i32>(BEGAN + (block << 2), count);
}

function behind(block: i32): i32 {
  return load<i32>(NEXT_BLOCK + (block << 2));
}

function setBehind(block: i32, other: i32): void {
  store<i32>(NEXT_BLOCK + (block << 2), other);
}

export function segmentAt(place: i32): usize {
  return (<usize>place) << 5;
}

/** Empties the journal. Its memory belongs to another run from now on. */
export function resetJournal(): void {
  oldest = 0;
  newest = 0;
  free = 0;
  blocks = 0;
  next = 0;
  end = 0;
  held = 0;
}

/** Whether the block that is being written is full. */
export function isFull(): bool {
  return next === end;
}

/** Takes the next place; 0 where there is no more memory. */
export function open(): i32 {
  if (isFull() && !turn()) return 0;
  held++;
  return next++;
}

/** The same where the block {@link isFull} not. */
export function openNext(): i32 {
  held++;
  return next++;
}

/** Counts a connection that begins with the segment at this place. */
export function begin(place: i32): void {
  const block = place >>> PLACE_BITS;
  setBegan(block, began(block) + 1);
}

/** Counts a connection that began at this place, and had so many segments, as gone. */
export function release(first: i32, segments: i32): void {
  held -= segments;
  const block = first >>> PLACE_BITS;
  const left = began(block) - 1;
  setBegan(block, left);
  if (left === 0 && block === oldest) trim();
}

/** Gives back the places that were taken last and hold nothing. */
export function giveBack(places: i32): void {
  held -= places;
}

/** Much more is kept than what is held. */
export function isCrowded(): bool {
  return blocks > SPARE + (2 * held) / PER_BLOCK;
}

/** The first place of the oldest block. */
export function oldestPlace(): i32 {
  return oldest << PLACE_BITS;
}

export function blocksInUse(): i32 {
  return blocks;
}

function turn(): bool {
  let block = free;
  if (block === 0) {
    block = takeBlock();
    if (block === 0) return false;
    setBegan(block, 0);
  } else {
    free = behind(block);
  }
  setBehind(block, 0);
  if (newest === 0) oldest = block;
  else setBehind(newest, block);
  newest = block;
  blocks++;
  trim();
  next = block << PLACE_BITS;
  end = next + PER_BLOCK;
  return true;
}

/** Frees the oldest blocks in which no live connection began; never the block that is being written. */
function trim(): void {
  while (oldest !== newest && began(oldest) === 0) {
    const block = oldest;
    oldest = behind(block);
    setBehind(block, free);
    free = block;
    blocks--;
  }
}
