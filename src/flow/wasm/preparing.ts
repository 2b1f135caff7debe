/** Reads packets for those who take them elsewhere. */
import { WALKED_RECORDS, WALKED_TIME, WALKED_TO } from '../compact-row';
import { behind } from './packet';
import { readPacket } from './read-packet';
import { look, next, timeAt } from './run';

/**
 * Passes the records of a run (`run.ts`) from `from` on, at most up to `end`, and reads those of them that are ordinary to where
 * `packets` begins, as long as the next one may begin at `last`. Returns where they end. What it did stands at `WALKED_…`.
 *
 * @param origin what their addresses are given less
 */
export function prepare(from: usize, end: usize, packets: usize, last: usize, origin: usize): usize {
  let packet = packets;
  let at = from;
  let before = from;
  let records: i32 = 0;
  while (packet <= last && look(at, end)) {
    if (readPacket(at, packet, origin)) packet = behind(packet);
    before = at;
    at = next;
    records++;
  }
  store<i32>(WALKED_RECORDS, records);
  store<i32>(WALKED_TO, <i32>at);
  store<f64>(WALKED_TIME, records > 0 ? timeAt(before) : 0);
  return packet;
}
