import type { Segment } from './segment.ts';

/** Option kinds (IANA tcp-parameters). */
const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MD5_SIGNATURE = 19;
const TCP_AO = 29;
const MULTIPATH = 30;
const FAST_OPEN = 34;
const EXPERIMENT_1 = 253;
const EXPERIMENT_2 = 254;
/** Experiment identifier that Fast Open had before its own kind (RFC 7413 4.1.1). */
const FAST_OPEN_EXPERIMENT = 0xf989;

/** NOP NOP and the kind and length of the timestamps, as nearly every data segment begins its options. */
const USUAL_TIMESTAMPS = 0x0101080a;
/** More than fit into the forty bytes that options may have. */
const MOST_SACK_BLOCKS = 4;

/** The options of one segment; {@link readOptions} fills it over and over. */
export interface TcpOptions {
  hasMss: boolean;
  mss: number;
  hasWindowScale: boolean;
  /** The shift count as sent; RFC 7323 2.3 caps its use at 14. */
  windowScale: number;
  sackPermitted: boolean;
  hasTimestamps: boolean;
  /** TSval and TSecr, signed 32-bit like sequence numbers. */
  timestampValue: number;
  timestampEcho: number;
  /** How many pairs of {@link sackEdges} count: left, right, left, right, …, signed 32-bit. */
  sackBlocks: number;
  readonly sackEdges: Int32Array;
  hasFastOpen: boolean;
  /** Bytes of the cookie; 0 is a request for one. */
  fastOpenCookieLength: number;
  hasMultipath: boolean;
  /** RFC 8684 3: 0 is MP_CAPABLE, 1 MP_JOIN, …; -1 where the option is too short to say. */
  multipathSubtype: number;
  /** TCP-AO (RFC 5925) or MD5 (RFC 2385): the segment is signed. */
  hasAuthentication: boolean;
  /** The list is damaged: an option's length cannot be true. What stands before it was read. */
  malformed: boolean;
  /** The snap length cut the list: what is missing is unknown, not absent. */
  cut: boolean;
}

export function createOptions(): TcpOptions {
  return {
    hasMss: false,
    mss: 0,
    hasWindowScale: false,
    windowScale: 0,
    sackPermitted: false,
    hasTimestamps: false,
    timestampValue: 0,
    timestampEcho: 0,
    sackBlocks: 0,
    sackEdges: new Int32Array(MOST_SACK_BLOCKS * 2),
    hasFastOpen: false,
    fastOpenCookieLength: 0,
    hasMultipath: false,
    multipathSubtype: -1,
    hasAuthentication: false,
    malformed: false,
    cut: false,
  };
}

/** Reads all options of a segment that has not been handed back yet (its bytes are still there). Never throws. */
export function readOptions(segment: Segment, into: TcpOptions): void {
  clear(into);
  into.cut = segment.optionsCut;
  const { view } = segment;
  let at = segment.optionsOffset;
  const end = at + segment.optionsLength;
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) return;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || length > end - at) {
      // Of a list that the snap length cut, the last option is merely incomplete.
      into.malformed = !segment.optionsCut || (at + 1 < end && length < 2);
      return;
    }
    readOption(view, at, kind, length, into);
    at += length;
  }
}

/**
 * Where TSval stands in {@link Segment.view} (TSecr is four bytes further), or -1: for those who want nothing else of
 * every segment. The value itself has no room for an absent one.
 */
export function timestampOffset(segment: Segment): number {
  const { view, optionsOffset } = segment;
  if (segment.optionsLength >= 12 && view.getInt32(optionsOffset) === USUAL_TIMESTAMPS)
    return optionsOffset + 4;
  return segment.optionsLength >= 10 ? searchTimestamps(segment) : -1;
}

/** The segment carries a signature: TCP-AO or MD5. Looks behind the usual timestamps, where a list has them first. */
export function isSigned({ view, optionsOffset, optionsLength }: Segment): boolean {
  const end = optionsOffset + optionsLength;
  let at = optionsOffset;
  if (optionsLength >= 12 && view.getInt32(at) === USUAL_TIMESTAMPS) at += 12;
  while (at + 1 < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) return false;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = view.getUint8(at + 1);
    if (length < 2 || length > end - at) return false;
    if (kind === MD5_SIGNATURE || kind === TCP_AO) return true;
    at += length;
  }
  return false;
}

function searchTimestamps(segment: Segment): number {
  const { view } = segment;
  let at = segment.optionsOffset;
  const end = at + segment.optionsLength;
  while (at + 1 < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) return -1;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = view.getUint8(at + 1);
    if (length < 2 || length > end - at) return -1;
    if (kind === TIMESTAMPS && length === 10) return at + 2;
    at += length;
  }
  return -1;
}

function readOption(view: DataView, at: number, kind: number, length: number, into: TcpOptions): void {
  switch (kind) {
    case MAXIMUM_SEGMENT_SIZE:
      if (length !== 4) break;
      into.hasMss = true;
      into.mss = view.getUint16(at + 2);
      return;
    case WINDOW_SCALE:
      if (length !== 3) break;
      into.hasWindowScale = true;
      into.windowScale = view.getUint8(at + 2);
      return;
    case SACK_PERMITTED:
      if (length !== 2) break;
      into.sackPermitted = true;
      return;
    case SACK: {
      if (length % 8 !== 2) break;
      const blocks = Math.min((length - 2) / 8, MOST_SACK_BLOCKS);
      for (let edge = 0; edge < blocks * 2; edge++) into.sackEdges[edge] = view.getInt32(at + 2 + edge * 4);
      into.sackBlocks = blocks;
      return;
    }
    case TIMESTAMPS:
      if (length !== 10) break;
      into.hasTimestamps = true;
      into.timestampValue = view.getInt32(at + 2);
      into.timestampEcho = view.getInt32(at + 6);
      return;
    case FAST_OPEN:
      into.hasFastOpen = true;
      into.fastOpenCookieLength = length - 2;
      return;
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      if (length < 4 || view.getUint16(at + 2) !== FAST_OPEN_EXPERIMENT) return;
      into.hasFastOpen = true;
      into.fastOpenCookieLength = length - 4;
      return;
    case MULTIPATH:
      into.hasMultipath = true;
      into.multipathSubtype = length >= 3 ? view.getUint8(at + 2) >> 4 : -1;
      return;
    case MD5_SIGNATURE:
    case TCP_AO:
      into.hasAuthentication = true;
      return;
    default:
      return;
  }
  // An option with a fixed length and another one.
  into.malformed = true;
}

function clear(into: TcpOptions): void {
  into.hasMss = false;
  into.mss = 0;
  into.hasWindowScale = false;
  into.windowScale = 0;
  into.sackPermitted = false;
  into.hasTimestamps = false;
  into.timestampValue = 0;
  into.timestampEcho = 0;
  into.sackBlocks = 0;
  into.hasFastOpen = false;
  into.fastOpenCookieLength = 0;
  into.hasMultipath = false;
  into.multipathSubtype = -1;
  into.hasAuthentication = false;
  into.malformed = false;
  into.cut = false;
}
