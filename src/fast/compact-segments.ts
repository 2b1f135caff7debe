import { MOST_SEGMENTS } from './memory-map.ts';

/** The segments of a connection that stayed compact, in order. There is one such object and it is filled over and over. */
export interface CompactSegments {
  count: number;
  clientPort: number;
  readonly frames: Int32Array;
  /** Nanoseconds since the capture's first record. */
  readonly times: Float64Array;
  readonly flags: Uint8Array;
  readonly seqs: Int32Array;
  readonly acks: Int32Array;
  /** Payload bytes. */
  readonly lengths: Int32Array;
  /** 1 where the server sent it. */
  readonly fromServer: Uint8Array;
}

export function createCompactSegments(): CompactSegments {
  return {
    count: 0,
    clientPort: 0,
    frames: new Int32Array(MOST_SEGMENTS),
    times: new Float64Array(MOST_SEGMENTS),
    flags: new Uint8Array(MOST_SEGMENTS),
    seqs: new Int32Array(MOST_SEGMENTS),
    acks: new Int32Array(MOST_SEGMENTS),
    lengths: new Int32Array(MOST_SEGMENTS),
    fromServer: new Uint8Array(MOST_SEGMENTS),
  };
}
