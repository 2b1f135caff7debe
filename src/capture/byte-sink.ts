/** Takes decompressed bytes, synchronously; a chunk is valid during the call only. */
export interface ByteSink {
  push(chunk: Uint8Array): void;
  /** True when it wants no more. */
  readonly stopped: boolean;
  /** Where there is one, and it does not return null, it is best to push nothing before that has come to pass. */
  room?(): Promise<void> | null;
}

/** Unpacks a whole stream into a sink. Never rejects on what the bytes are: it returns what is wrong with them. */
export type Inflater = (chunks: AsyncIterable<Uint8Array>, sink: ByteSink) => Promise<string | null>;
