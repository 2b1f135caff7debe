import type { Segment } from './segment.ts';

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** A segment to be filled over and over. `time` starts as NaN so that V8 lays it out as a double. */
export function createSegment(): Segment {
  return {
    frame: 0,
    time: Number.NaN,
    context: 0,
    ipVersion: 4,
    source0: 0,
    source1: 0,
    source2: 0,
    source3: 0,
    destination0: 0,
    destination1: 0,
    destination2: 0,
    destination3: 0,
    sourcePort: 0,
    destinationPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    length: 0,
    ttl: 0,
    ipId: -1,
    bytes: NO_BYTES,
    view: NO_VIEW,
    optionsOffset: 0,
    optionsLength: 0,
    optionsCut: false,
    capturedEnd: 0,
  };
}
