import { textOfAddress } from './address.ts';
import {
  FAST_OPEN,
  MULTIPATH,
  SCALE_OFFERED,
  SCALE_SHIFT,
  SIGNED,
  TIMESTAMPS_ANNOUNCED,
} from './announced.ts';
import type { Announced, Endpoint, Flow } from './flow.ts';
import { readHistory } from './history.ts';
import { scaleOf } from './marks.ts';
import {
  ADDRESS_A,
  ADDRESS_B,
  ANY,
  BITS,
  BYTES_HIGH,
  BYTES_LOW,
  CLIENT_IS_B,
  CONTEXT,
  COUNT,
  CUT_HEADERS,
  DIRECTION,
  DUPLICATES,
  END,
  FIRST_FRAME,
  HOLES,
  ID,
  INCARNATION,
  IPV6,
  LAST_FRAME,
  OPENED,
  PORTS,
  PREVIOUS_ID,
  REOPENED_BY,
  REOPENED_BY_B,
  REOPENED_FRAME,
  REOPENED_TIME,
  REOPENING_ANSWERED,
  ROLES_OBSERVED,
  SENT,
  SENT_BITS,
  START,
  UNLOGGED,
  WINDOW_CLOSED,
  ZERO_WINDOW_SINCE,
  ZERO_WINDOW_UNTIL,
} from './row.ts';
import type { SegmentLog } from './segment-log.ts';

/** Reads a row out of typed memory as plain data. `now` is the time up to which the capture has been read. */
export function flowOf(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  log: SegmentLog,
  now: number,
  followed: boolean,
): Flow {
  const bits = words[row + BITS] ?? 0;
  const ports = words[row + PORTS] ?? 0;
  const clientIsB = (bits & CLIENT_IS_B) !== 0;
  const ipv6 = (bits & IPV6) !== 0;
  const a: Endpoint = { address: textOfAddress(words, row + ADDRESS_A, ipv6), port: ports >>> 16 };
  const b: Endpoint = { address: textOfAddress(words, row + ADDRESS_B, ipv6), port: ports & 0xffff };
  // What each of the two has sent.
  const ofA = row + SENT;
  const ofB = row + SENT + DIRECTION;
  const client = clientIsB ? ofB : ofA;
  const server = clientIsB ? ofA : ofB;
  const previous = words[row + PREVIOUS_ID] ?? 0;
  const ended = doubles[(row + END) >> 1] ?? 0;
  return {
    id: words[row + ID] ?? 0,
    incarnation: words[row + INCARNATION] ?? 0,
    previous: previous === 0 ? null : previous - 1,
    followed,
    context: words[row + CONTEXT] ?? 0,
    via: NOWHERE,
    client: clientIsB ? b : a,
    server: clientIsB ? a : b,
    roles: bits & ROLES_OBSERVED ? 'observed' : 'guessed',
    opened: (bits & OPENED) !== 0,
    frames: {
      first: words[row + FIRST_FRAME] ?? 0,
      last: words[row + LAST_FRAME] ?? 0,
      count: words[row + COUNT] ?? 0,
    },
    started: doubles[(row + START) >> 1] ?? 0,
    ended,
    end: Math.max(now, ended),
    reopened: bits & REOPENING_ANSWERED ? reopening(words, doubles, row, bits) : null,
    bytes: { client: bytesOf(words, client), server: bytesOf(words, server) },
    holes: { client: words[client + HOLES] ?? 0, server: words[server + HOLES] ?? 0 },
    duplicates: words[row + DUPLICATES] ?? 0,
    unlogged: words[row + UNLOGGED] ?? 0,
    history: readHistory(words, row),
    zeroWindow: { client: zeroWindow(words, doubles, client), server: zeroWindow(words, doubles, server) },
    cutHeaders: (bits & CUT_HEADERS) !== 0,
    oneSided: !hasSentAny(words, client) || !hasSentAny(words, server),
    announced: { client: announced(words, client, server), server: announced(words, server, client) },
    segments: log.read(words, row, clientIsB, largestScale(words, ofA, ofB), largestScale(words, ofB, ofA)),
    unreachable: NO_ERRORS,
  };
}

const NOWHERE: Flow['via'] = [];
const NO_ERRORS: Flow['unreachable'] = [];

function reopening(words: Int32Array, doubles: Float64Array, row: number, bits: number): Flow['reopened'] {
  const byB = (bits & REOPENED_BY_B) !== 0;
  const clientIsB = (bits & CLIENT_IS_B) !== 0;
  return {
    frame: words[row + REOPENED_FRAME] ?? 0,
    time: doubles[(row + REOPENED_TIME) >> 1] ?? 0,
    by: doubles[(row + REOPENED_BY) >> 1] ?? 0,
    opener: byB === clientIsB ? 'client' : 'server',
  };
}

function bytesOf(words: Int32Array, sent: number): number {
  return ((words[sent + BYTES_HIGH] ?? 0) >>> 0) * 2 ** 32 + ((words[sent + BYTES_LOW] ?? 0) >>> 0);
}

function hasSentAny(words: Int32Array, sent: number): boolean {
  return ((words[sent + SENT_BITS] ?? 0) & ANY) !== 0;
}

/** The scale of the windows of `sent`; the largest that there is where it is not known (RFC 7323 2.3). */
function largestScale(words: Int32Array, sent: number, peer: number): number {
  const known = scaleOf(words, sent, peer);
  return known < 0 ? 14 : known;
}

function zeroWindow(
  words: Int32Array,
  doubles: Float64Array,
  sent: number,
): { since: number; until: number | null } | null {
  const until = doubles[(sent + ZERO_WINDOW_UNTIL) >> 1] ?? 0;
  const closed = ((words[sent + SENT_BITS] ?? 0) & WINDOW_CLOSED) !== 0;
  if (!closed && until === 0) return null;
  return { since: doubles[(sent + ZERO_WINDOW_SINCE) >> 1] ?? 0, until: closed ? null : until };
}

function announced(words: Int32Array, block: number, peer: number): Announced {
  const bits = words[block + SENT_BITS] ?? 0;
  const scale = scaleOf(words, block, peer);
  return {
    windowScale: scale < 0 ? null : scale,
    offeredScale: bits & SCALE_OFFERED ? (bits >>> SCALE_SHIFT) & 0xff : null,
    timestamps: (bits & TIMESTAMPS_ANNOUNCED) !== 0,
    fastOpen: (bits & FAST_OPEN) !== 0,
    multipath: (bits & MULTIPATH) !== 0,
    signed: (bits & SIGNED) !== 0,
  };
}
