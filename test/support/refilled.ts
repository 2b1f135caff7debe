/** Bytes in pieces of so many, in one block that is filled over and over, as a file's is. */
export function* refilled(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  const block = new Uint8Array(step);
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step);
    block.set(piece);
    yield block.subarray(0, piece.length);
  }
}
