import type { PacketRecord, RecordBatch } from './record.ts';

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** A record to be filled over and over. `time` starts as NaN so that V8 lays it out as a double. */
export function createRecord(): PacketRecord {
  return {
    frame: 0,
    time: Number.NaN,
    linkType: 0,
    bytes: NO_BYTES,
    view: NO_VIEW,
    offset: 0,
    captured: 0,
    original: 0,
  };
}

export function createRun(): RecordBatch {
  return {
    bytes: new Uint8Array(0),
    isNew: true,
    from: 0,
    end: 0,
    linkType: 0,
    longest: 0,
    interface: -1,
    baseHigh: 0.5,
    baseLow: 0.5,
    highUnit: 0.5,
    lowUnit: 0.5,
    unit: 0.5,
    baseTime: 0.5,
    frame: 0,
    previous: 0.5,
    isAhead: false,
  };
}
