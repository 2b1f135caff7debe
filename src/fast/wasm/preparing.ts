/** Reads packets into a list (`packet-list.ts`), here or for those who take them elsewhere. */
import { WALKED_RECORDS, WALKED_TIME, WALKED_TO } from '../memory-map';
import { add, beginList, setTable } from './packet-list';
import { readPacket } from './read-packet';
import { look, next, timeAt } from './run';

/** What addresses of all that stands at fixed ones are more, where somebody else has the same memory. */
let base: usize = 0;

/** Those of what is needed here: a block's worth. */
export function setBase(address: usize): void {
  base = address;
  setTable(address);
}

/** Copies a list. */
export function copy(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/**
 * Passes the records of a run (`run.ts`) from `from` on, at most up to `end`, and reads those of them that are ordinary into a
 * list, behind what it has, as long as the next one may begin at `last`. Returns where the list ends. What it did stands at
 * `WALKED_…`, from the base on.
 *
 * @param packets where the list ends; where it begins, it is a new one
 * @param origin where the records stand that the list is of: not more than 2^17 bytes
 */
export function prepare(
  from: usize,
  end: usize,
  list: usize,
  packets: usize,
  last: usize,
  origin: usize,
): usize {
  if (packets === list) beginList();
  let packet = packets;
  let at = from;
  let before = from;
  let records: i32 = 0;
  while (packet <= last && look(at, end)) {
    const behind = next;
    if (readPacket(at, packet, origin)) packet = add(list, packet, <i32>(behind - origin));
    before = at;
    at = behind;
    records++;
  }
  store<i32>(base, records, WALKED_RECORDS);
  store<i32>(base, <i32>at, WALKED_TO);
  store<f64>(base, records > 0 ? timeAt(before) : 0, WALKED_TIME);
  return packet;
}
