/** 23-bit numbers, the same on every machine. */
export function randoms(seed) {
  let random = seed;
  return () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    return random >>> 8;
  };
}
