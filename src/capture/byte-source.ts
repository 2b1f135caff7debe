/**
 * Where the bytes of a capture come from: chunks of any size, in order. A chunk belongs to its source and is
 * valid only until the next one is asked for, so that a source may fill one block over and over.
 */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A source that can fill blocks which it is given. */
export interface BlockSource extends AsyncIterable<Uint8Array> {
  /** Fills a block of `provide` for each chunk; a chunk is the block, or the part of it that was filled. */
  blocks(provide: () => Uint8Array): Iterable<Uint8Array>;
}

export function isBlockSource(source: ByteSource): source is BlockSource {
  return 'blocks' in source;
}
