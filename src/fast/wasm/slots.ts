import { SLOT_BITS, SWEEP_SLOTS } from '../memory-map';

/** Where a part begins. */
export function slotAt(part: i32): usize {
  return <usize>SWEEP_SLOTS + ((<usize>part) << SLOT_BITS);
}
