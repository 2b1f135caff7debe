/** Whether the TCP checksum of a whole segment is right: `../../decode/checksum.ts` says the same. */

export const RIGHT: i32 = 1;
export const WRONG: i32 = 2;
/** Not filled in yet. */
const PENDING: i32 = 0;

/** Protocol 6 as its two bytes stand in memory. */
const PROTOCOL: u64 = 0x0600;

/**
 * @param tcp where the segment begins, with the addresses right before it
 * @param length of header and payload
 * @param addresses how many bytes of addresses there are
 */
export function checksum(tcp: usize, length: i32, addresses: usize): i32 {
  const field = <u64>load<u16>(tcp, 16);
  if (field === 0) return PENDING;
  let sum: u64 = PROTOCOL;
  for (let at = tcp - addresses; at < tcp; at += 4) sum += <u64>load<u32>(at);
  const size = <u64>bswap<u16>(<u16>length);
  if (field === folded(sum) || field === folded(sum + size)) return PENDING;
  sum += size;
  const end = tcp + <usize>length;
  let at = tcp;
  for (; at + 4 <= end; at += 4) sum += <u64>load<u32>(at);
  if (at + 2 <= end) {
    sum += <u64>load<u16>(at);
    at += 2;
  }
  if (at < end) sum += <u64>load<u8>(at);
  return folded(sum) === 0xffff ? RIGHT : WRONG;
}

function folded(sum: u64): u64 {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + (rest >> 16);
  return rest;
}
