/**
 * Where the bytes of a capture come from: chunks of any size, in order. A chunk belongs to its source and is
 * valid only until the next one is asked for, so that a source may fill one block over and over.
 */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
