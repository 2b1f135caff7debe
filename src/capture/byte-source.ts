/**
 * Where the bytes of a capture come from: chunks of any size, in order. A chunk belongs to its source and is
 * valid only until the next one is asked for, so that a source may fill one block over and over.
 */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A source that may be a file, which is read without waiting. */
export interface FileSource extends AsyncIterable<Uint8Array> {
  /** Null where it is no regular file; an error of the file system is thrown. */
  open(): OpenFile | null;
}

export interface OpenFile {
  /** Bytes, when it was opened. */
  readonly size: number;
  /** The first few of them. */
  readonly head: Uint8Array;
  /**
   * Fills `block` with what stands from a place on; returns how many bytes that was, 0 at the end. An error of the file system
   * is thrown.
   */
  read(block: Uint8Array, at: number): number;
  close(): void;
}

export function isFileSource(source: ByteSource): source is FileSource {
  return 'open' in source;
}
