// What may happen to the bytes of a capture file, whatever they mean.
import { gzipSync } from 'node:zlib';

const NUMBERS = [0, 1, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

const MUTATORS = {
  flip: (bytes, draw) =>
    edited(bytes, (copy) => {
      for (let n = draw.below(4); n >= 0; n--) copy[draw.below(copy.length)] ^= 1 << draw.below(8);
    }),
  head: (bytes, draw) =>
    edited(bytes, (copy) => {
      copy[draw.below(Math.min(copy.length, 48))] = draw.below(256);
    }),
  number: (bytes, draw) =>
    edited(bytes, (copy) => {
      const at = 4 * draw.below(copy.length >> 2);
      const view = new DataView(copy.buffer);
      if (at + 4 <= copy.length) view.setUint32(at, draw.of(NUMBERS), draw.once(2));
    }),
  cut: (bytes, draw) => bytes.slice(0, draw.below(bytes.length)),
  lose: (bytes, draw) => {
    const from = 4 * draw.below(bytes.length >> 2);
    return joined([bytes.subarray(0, from), bytes.subarray(from + 4 * (1 + draw.below(16)))]);
  },
  double: (bytes, draw) => {
    const from = 4 * draw.below(bytes.length >> 2);
    const to = from + 4 * (1 + draw.below(32));
    return joined([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  twice: (bytes) => joined([bytes, bytes]),
  other: (bytes, _draw, other) => joined([bytes, other]),
  pack: (bytes) => new Uint8Array(gzipSync(bytes)),
};

function edited(bytes, change) {
  const copy = bytes.slice();
  if (copy.length > 3) change(copy);
  return copy;
}

function joined(parts) {
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes with one to three changes. */
export function mutateBytes(bytes, draw, other) {
  let mutant = bytes;
  for (let n = draw.below(3); n >= 0; n--) mutant = draw.of(Object.values(MUTATORS))(mutant, draw, other);
  return mutant;
}
