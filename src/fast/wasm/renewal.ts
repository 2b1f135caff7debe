/** Keeps the journal in order: what lingers in its oldest block is written again. */
import { AT_BEFORE, COUNT_MASK, FIRST, LAST, PLACES, STATUS } from '../memory-map';
import * as journal from './journal';
import { rest, rowAt, set, word } from './row';

/** Fills the list at {@link PLACES} with where the segments of a row are, in their order. */
function listPlaces(row: i32): void {
  const at = rowAt(row);
  let place = word(at, LAST);
  for (let index = (word(at, STATUS) & COUNT_MASK) - 1; index >= 0; index--) {
    store<i32>(PLACES + (index << 2), place);
    place = word(journal.segmentAt(place), AT_BEFORE);
  }
}

/** Call before writing when the block of the journal is full. May compact the journal, which moves segments. */
export function makeRoom(): void {
  if (journal.isCrowded()) renew();
}

/** Copies the connections that keep the oldest block of the journal alive behind its newest segment. */
function renew(): void {
  const first = journal.oldestPlace();
  for (let place = first; place < first + journal.PER_BLOCK; place++) {
    const before = word(journal.segmentAt(place), AT_BEFORE);
    if (before >= 0) continue;
    const row = ~before;
    if (word(rest(rowAt(row)), FIRST) === place && !writeAgain(row)) return;
  }
}

/** False where there is no memory for it; then it stays where it is. */
function writeAgain(row: i32): bool {
  const at = rowAt(row);
  const count = word(at, STATUS) & COUNT_MASK;
  const old = word(rest(at), FIRST);
  listPlaces(row);
  let before = ~row;
  for (let index = 0; index < count; index++) {
    const place = journal.open();
    if (place === 0) {
      journal.giveBack(index);
      return false;
    }
    memory.copy(journal.segmentAt(place), journal.segmentAt(load<i32>(PLACES + (index << 2))), 32);
    set(journal.segmentAt(place), AT_BEFORE, before);
    if (index === 0) store<i32>(PLACES, place);
    before = place;
  }
  const first = load<i32>(PLACES);
  set(rest(at), FIRST, first);
  journal.begin(first);
  set(at, LAST, before);
  journal.release(old, count);
  return true;
}
