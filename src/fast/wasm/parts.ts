import { PART_BITS, PARTS } from '../memory-map';

/** Where a part begins. */
export function partAt(part: i32): usize {
  return <usize>PARTS + ((<usize>part) << PART_BITS);
}
