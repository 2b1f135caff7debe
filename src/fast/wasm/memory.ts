/**
 * The memory of compact rows, of their index and of their journal: one linear memory, handed out in blocks of 128 KiB.
 * Below the first of them stands what has an address of its own (`../memory-map.ts`).
 */
import { BLOCK_BITS, HEAP_BLOCK, PAGES } from '../memory-map';

/** Pages of 64 KiB in a block. */
const PER_BLOCK = 2;
/**
 * The least number of blocks by which the memory grows; beyond twice that it grows by half. Each growth
 * invalidates all views of the memory.
 */
const STEP: i32 = 64;

/**
 * The first block of this core, the next block that was never handed out, and the first block that does not
 * exist yet.
 */
let first: i32 = HEAP_BLOCK;
let next: i32 = HEAP_BLOCK;
let end: i32 = 0;
/** No block is handed out from this one on. */
let limit: i32 = 32768;
/**
 * The first block that was not used before {@link resetMemory} either. It and all blocks behind it are zeroed.
 */
let clean: i32 = HEAP_BLOCK;
/**
 * The first block of the chain of returned blocks, each of which names the next in its first word; 0 for none.
 */
let free: i32 = 0;

export function addressOf(block: i32): usize {
  return (<usize>block) << BLOCK_BITS;
}

/** How many blocks so many bytes take. */
export function blocksOf(bytes: i32): i32 {
  return (bytes + (1 << BLOCK_BITS) - 1) >>> BLOCK_BITS;
}

/**
 * Leaves the blocks before `newFirst` to another core in the same memory. Call before any block is handed out.
 *
 * @param newClean the first that nobody has used
 */
export function beginAt(newFirst: i32, newClean: i32): void {
  first = newFirst;
  next = newFirst;
  clean = newClean;
}

/** The next block that would be handed out, and the first that was never used. */
export function nextBlock(): i32 {
  return next;
}

export function cleanBlock(): i32 {
  return max(clean, next);
}

/** Bounds the memory, in blocks from its beginning; the first one that grows takes no more. */
export function setLimit(blocks: i32): void {
  limit = blocks;
}

/** All blocks are free again. */
export function resetMemory(): void {
  clean = max(clean, next);
  next = first;
  free = 0;
  store<i32>(PAGES, memory.size());
}

/** Hands out a block with whatever its last user left in it. Returns 0 if there is no memory. */
export function takeBlock(): i32 {
  if (free === 0) return takeFresh(1);
  const block = free;
  free = load<i32>(addressOf(block));
  return block;
}

/** Hands out adjacent blocks, zeroed. Returns the first of them, 0 if there is no memory. */
export function takeZeroed(count: i32): i32 {
  const block = takeFresh(count);
  const used = min(count, clean - block);
  if (block !== 0 && used > 0) memory.fill(addressOf(block), 0, addressOf(used));
  return block;
}

/** Zeroed memory for full rows, so many bytes; its address, 0 where there is no more memory. */
export function takePage(bytes: i32): usize {
  return addressOf(takeZeroed(blocksOf(bytes)));
}

function takeFresh(count: i32): i32 {
  if (next + count > limit) return 0;
  if (end === 0) end = memory.size() / PER_BLOCK;
  if (next + count > end) {
    let missing = max(next + count - end, min(max(STEP, end >> 1), limit - end));
    if (memory.grow(missing * PER_BLOCK) < 0) {
      missing = next + count - end;
      if (memory.grow(missing * PER_BLOCK) < 0) return 0;
    }
    end += missing;
    store<i32>(PAGES, memory.size());
  }
  const block = next;
  next += count;
  return block;
}

/** Returns adjacent blocks. */
export function releaseBlocks(first: i32, count: i32): void {
  for (let block = first; block < first + count; block++) {
    store<i32>(addressOf(block), free);
    free = block;
  }
}
