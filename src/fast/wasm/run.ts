/**
 * What a run of records is of (`../../capture/record.ts`): records of a classic capture (draft-ietf-opsawg-pcap 5), or Enhanced Packet
 * Blocks of one interface (draft-ietf-opsawg-pcapng 4.3), little-endian both.
 */
const RECORD_HEADER: usize = 16;
const ENHANCED_PACKET: i32 = 6;
/** Of a block: type and length; interface, time and lengths of the packet, which follows; and the length once more behind it. */
const BLOCK_START: usize = 28;
const BLOCK_TRAILER: usize = 4;

let isEnhanced: bool = false;
let ownInterface: i32 = 0;
let longest: usize = 0;
let baseHigh: f64 = 0;
let baseLow: f64 = 0;
let highUnit: f64 = 0;
let lowUnit: f64 = 0;
let unit: f64 = 0;
let baseTime: f64 = 0;
/** A `LinkLayout` of `decode/link-layers.ts`. */
export let typeAt: i32 = 0;
export let ipAt: usize = 0;

/** Of the record that was looked at last: where its packet begins, how many bytes of it there are, and where the next record begins. */
export let body: usize = 0;
export let captured: usize = 0;
export let next: usize = 0;

/**
 * The numbers of a `RecordBatch`, and of its link layer's layout.
 *
 * @param newInterface -1 where records are classic
 */
export function setRun(
  newTypeAt: i32,
  newIpAt: usize,
  newLongest: usize,
  newInterface: i32,
  newBaseHigh: f64,
  newBaseLow: f64,
  newHighUnit: f64,
  newLowUnit: f64,
  newUnit: f64,
  newBaseTime: f64,
): void {
  longest = newLongest;
  isEnhanced = newInterface >= 0;
  ownInterface = newInterface;
  baseHigh = newBaseHigh;
  baseLow = newBaseLow;
  highUnit = newHighUnit;
  lowUnit = newLowUnit;
  unit = newUnit;
  baseTime = newBaseTime;
  typeAt = newTypeAt;
  ipAt = newIpAt;
}

/** Looks at the record there; false where it is not whole, or not one of the run. */
export function look(at: usize, end: usize): bool {
  if (isEnhanced) return lookAtBlock(at, end);
  if (end - at < RECORD_HEADER) return false;
  captured = <usize>load<u32>(at, 8);
  body = at + RECORD_HEADER;
  if (captured > longest || captured > end - body) return false;
  next = body + captured;
  return true;
}

function lookAtBlock(at: usize, end: usize): bool {
  if (end - at < BLOCK_START + BLOCK_TRAILER) return false;
  if (load<i32>(at) !== ENHANCED_PACKET || load<i32>(at, 8) !== ownInterface) return false;
  const total = <usize>load<u32>(at, 4);
  if (total > end - at || total < BLOCK_START + BLOCK_TRAILER || (total & 3) !== 0) return false;
  next = at + total;
  body = at + BLOCK_START;
  captured = <usize>load<u32>(at, 20);
  return (
    <usize>load<u32>(next - BLOCK_TRAILER) === total &&
    captured <= longest &&
    captured <= total - BLOCK_START - BLOCK_TRAILER
  );
}

/** Time of the record there, nanoseconds. */
export function timeAt(at: usize): f64 {
  const stands = isEnhanced ? at + 12 : at;
  const high = <f64>load<u32>(stands) - baseHigh;
  const low = <f64>load<u32>(stands, 4) - baseLow;
  return (high * highUnit + low * lowUnit) * unit + baseTime;
}
