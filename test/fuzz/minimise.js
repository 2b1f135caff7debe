// Makes an input that shows something as small as it can.
import { captureOf, packetsOf } from './packets.js';

/**
 * The smallest input found that still shows it.
 *
 * @param shows whether bytes show it
 */
export async function minimise(bytes, shows) {
  const { linkType, list } = await packetsOf(bytes).catch(() => ({ linkType: 1, list: [] }));
  const plain = captureOf(linkType, list);
  if (list.length === 0 || !(await shows(plain))) {
    return await without([...bytes], (rest) => Uint8Array.from(rest), shows);
  }
  return await without(list, (rest) => captureOf(linkType, rest), shows);
}

/** Leaves out what is not needed of a list: halves, then quarters, down to one by one (delta debugging). */
async function without(list, bytesOf, shows) {
  let left = list;
  for (let size = left.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < left.length; ) {
      const rest = left.toSpliced(at, size);
      if (rest.length > 0 && (await shows(bytesOf(rest)))) left = rest;
      else at += size;
    }
  }
  return bytesOf(left);
}
