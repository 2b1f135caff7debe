/**
 * A list of packets that were read, in the order of their records, each in one unit of 64 bytes, or two over IPv6. Packets
 * whose records follow each other, and whose times do not go back, are a stretch. Those of one 4-tuple in a stretch are a group,
 * and linked in their order, and so are the first ones of all groups: the same connection's packets are often near each other, and
 * cost less side by side.
 */
import { GROUPS } from '../memory-map';
import { BITS, behind, FIRST_A, HASH, isIpv6, LAST_B, RECORD } from './packet';

/** Bits of a packet: it was taken; it begins a stretch; it begins a group. */
export const TAKEN: i32 = 2;
export const BEGINS_STRETCH: i32 = 4;
export const BEGINS_GROUP: i32 = 8;
/** Links: the unit of the next group's first, and of the group's next; 0 for none, since nothing leads to the first unit. */
const UNIT: i32 = 0xfff;
const NEXT_GROUP_SHIFT: i32 = 8;
const NEXT_SHIFT: i32 = 20;
const RECORD_BITS: i32 = 18;
const UNIT_BITS: usize = 6;

/** Places of a table by hash, each with the stretch and the unit of a group's last: more than a list has packets. */
const PLACES: i32 = 1 << 12;
const MOST_STRETCHES: i32 = 1 << 20;

/** The packet that was added last, and the first packet of the last group of its run. */
let expected: i32 = -1;
let before: f64 = 0;
let stretch: i32 = 0;
let lastGroup: usize = 0;
let number: i32 = 0;

/** What addresses of the table are more where several use the same memory. */
let base: usize = 0;

export function setTable(address: usize): void {
  base = address;
}

/** Forgets what an earlier user of its memory put into the table. */
export function resetGroups(): void {
  memory.fill(base + GROUPS, 0, PLACES << 2);
  stretch = 0;
}

/** The next packet is the first of a list. */
export function beginList(): void {
  expected = -1;
}

/** Adds the packet that stands behind the others. Returns where the next one may stand. */
export function add(list: usize, packet: usize, end: i32): usize {
  const record = load<i32>(packet, RECORD);
  const time = load<f64>(packet);
  const unit = <i32>((packet - list) >>> UNIT_BITS);
  if (record !== expected || time < before) beginStretch(packet);
  store<i32>(packet, record | (number << RECORD_BITS), RECORD);
  number++;
  expected = end;
  before = time;
  const entry = (stretch << 12) | unit;
  let place = load<i32>(packet, HASH) & (PLACES - 1);
  for (;;) {
    const at = base + GROUPS + ((<usize>place) << 2);
    const known = load<i32>(at);
    if (<i32>(<u32>known >>> 12) !== stretch) {
      store<i32>(at, entry);
      beginGroup(list, packet);
      break;
    }
    const other = list + ((<usize>(known & UNIT)) << UNIT_BITS);
    if (haveSameTuple(other, packet)) {
      store<i32>(at, entry);
      store<i32>(other, load<i32>(other, BITS) | (unit << NEXT_SHIFT), BITS);
      break;
    }
    place = (place + 1) & (PLACES - 1);
  }
  return behind(packet);
}

function beginStretch(packet: usize): void {
  if (stretch === MOST_STRETCHES - 1) resetGroups();
  stretch++;
  lastGroup = 0;
  number = 0;
  store<i32>(packet, load<i32>(packet, BITS) | BEGINS_STRETCH, BITS);
}

function beginGroup(list: usize, packet: usize): void {
  store<i32>(packet, load<i32>(packet, BITS) | BEGINS_GROUP, BITS);
  if (lastGroup !== 0) setNextGroup(list, lastGroup, packet);
  lastGroup = packet;
}

function haveSameTuple(one: usize, other: usize): bool {
  // The hash with one address, and the other one with the ports.
  if (load<i64>(one, HASH) !== load<i64>(other, HASH)) return false;
  if (load<i64>(one, LAST_B) !== load<i64>(other, LAST_B)) return false;
  if (isIpv6(one) !== isIpv6(other)) return false;
  if (!isIpv6(one)) return true;
  for (let at: usize = FIRST_A; at < FIRST_A + 24; at += 8) {
    if (load<i64>(one + at) !== load<i64>(other + at)) return false;
  }
  return true;
}

/** Where its record begins. */
export function recordOf(packet: usize): i32 {
  return load<i32>(packet, RECORD) & ((1 << RECORD_BITS) - 1);
}

/** How many packets of its stretch are before it. */
export function numberOf(packet: usize): i32 {
  return <i32>(load<u32>(packet, RECORD) >>> RECORD_BITS);
}

/** The next packet of its group; 0 for none. */
export function nextOf(list: usize, packet: usize): usize {
  const unit = <i32>(load<u32>(packet, BITS) >>> NEXT_SHIFT);
  return unit === 0 ? 0 : list + ((<usize>unit) << UNIT_BITS);
}

/** The first packet of the next group; 0 for none. */
export function nextGroupOf(list: usize, packet: usize): usize {
  const unit = <i32>(load<u32>(packet, BITS) >>> NEXT_GROUP_SHIFT) & UNIT;
  return unit === 0 ? 0 : list + ((<usize>unit) << UNIT_BITS);
}

export function setNextGroup(list: usize, packet: usize, next: usize): void {
  const unit = next === 0 ? 0 : <i32>((next - list) >>> UNIT_BITS);
  const bits = load<i32>(packet, BITS) & ~(UNIT << NEXT_GROUP_SHIFT);
  store<i32>(packet, bits | (unit << NEXT_GROUP_SHIFT), BITS);
}

export function has(packet: usize, bit: i32): bool {
  return (load<i32>(packet, BITS) & bit) !== 0;
}

export function setTaken(packet: usize): void {
  store<i32>(packet, load<i32>(packet, BITS) | TAKEN, BITS);
}
