/**
 * Copies the segments of rows out of the journal, where they lie far from each other. Those of several rows are fetched side
 * by side, so that the processor waits for all of their memory at once.
 */
import {
  AT_BEFORE,
  AT_META,
  AT_SEQ,
  AT_WINDOW_LENGTH,
  COUNT_MASK,
  LAST,
  NEXT_SEQ,
  SENT_BY_B,
  SLOT_END,
  SLOT_ROW,
  STATUS,
} from '../memory-map';
import { segmentAt } from './journal';
import { rowAt, set, word } from './row';
import { FIN, SYN } from './segment';
import { slotAt } from './slots';

/**
 * Words of a sweep slot: the place of the segment to fetch next, from the last one backwards, and how many are
 * left.
 */
const PLACE: i32 = SLOT_END + 2;
const LEFT: i32 = PLACE + 1;
/** Bytes of a segment, as a power of two. */
const SEGMENT_BITS = 5;

/** Fills sweep slots with the segments of their rows, in order, with sequence numbers. */
export function gather(first: i32, parts: i32): void {
  const end = first + parts;
  let most: i32 = 0;
  for (let part = first; part < end; part++) {
    const to = slotAt(part);
    const at = rowAt(word(to, SLOT_ROW));
    const count = word(at, STATUS) & COUNT_MASK;
    set(to, PLACE, word(at, LAST));
    set(to, LEFT, count);
    most = max(most, count);
  }
  for (; most > 0; most--) {
    for (let part = first; part < end; part++) {
      const to = slotAt(part);
      const left = word(to, LEFT) - 1;
      if (left < 0) continue;
      const from = segmentAt(word(to, PLACE));
      const segment = to + ((<usize>left) << SEGMENT_BITS);
      for (let at: usize = 0; at < 1 << SEGMENT_BITS; at += 8) store<i64>(segment + at, load<i64>(from + at));
      set(to, PLACE, word(from, AT_BEFORE));
      set(to, LEFT, left);
    }
  }
  for (let part = first; part < end; part++) number(slotAt(part));
}

/**
 * Replaces the link word of each segment by its sequence number, counted back from the next numbers of both
 * ends.
 */
function number(to: usize): void {
  const at = rowAt(word(to, SLOT_ROW));
  let nextOfA = word(at, NEXT_SEQ);
  let nextOfB = word(at, NEXT_SEQ + 1);
  for (let index = (word(at, STATUS) & COUNT_MASK) - 1; index >= 0; index--) {
    const segment = to + ((<usize>index) << SEGMENT_BITS);
    const meta = word(segment, AT_META);
    const numbers = (word(segment, AT_WINDOW_LENGTH) & 0xffff) + (meta & (SYN | FIN) ? 1 : 0);
    if (meta & SENT_BY_B) {
      nextOfB -= numbers;
      set(segment, AT_SEQ, nextOfB);
    } else {
      nextOfA -= numbers;
      set(segment, AT_SEQ, nextOfA);
    }
  }
}
