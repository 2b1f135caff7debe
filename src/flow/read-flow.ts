import type { Side } from '../machine/state.ts';
import { formatIpv4, formatIpv6 } from './address.ts';
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
  const word = (offset: number): number => words[row + offset] ?? 0;
  const double = (offset: number): number => doubles[(row + offset) >> 1] ?? 0;
  const bits = word(BITS);
  const clientIsB = (bits & CLIENT_IS_B) !== 0;
  const block = (side: Side): number => row + SENT + ((side === 'client') === clientIsB ? DIRECTION : 0);
  const both = <T>(read: (block: number) => T): Record<Side, T> => ({
    client: read(block('client')),
    server: read(block('server')),
  });
  const ends: [Endpoint, Endpoint] = [
    endpoint(words, row + ADDRESS_A, word(PORTS) >>> 16, (bits & IPV6) !== 0),
    endpoint(words, row + ADDRESS_B, word(PORTS) & 0xffff, (bits & IPV6) !== 0),
  ];
  const answered = (bits & REOPENING_ANSWERED) !== 0;
  const scale = (direction: number): number => {
    const known = scaleOf(
      words,
      row + SENT + direction * DIRECTION,
      row + SENT + (1 - direction) * DIRECTION,
    );
    return known < 0 ? 14 : known;
  };
  const sent = both((at) => words[at + SENT_BITS] ?? 0);
  return {
    id: word(ID),
    incarnation: word(INCARNATION),
    previous: word(PREVIOUS_ID) === 0 ? null : word(PREVIOUS_ID) - 1,
    followed,
    context: word(CONTEXT),
    via: [],
    client: clientIsB ? ends[1] : ends[0],
    server: clientIsB ? ends[0] : ends[1],
    roles: bits & ROLES_OBSERVED ? 'observed' : 'guessed',
    opened: (bits & OPENED) !== 0,
    frames: { first: word(FIRST_FRAME), last: word(LAST_FRAME), count: word(COUNT) },
    started: double(START),
    ended: double(END),
    end: Math.max(now, double(END)),
    reopened: answered
      ? {
          frame: word(REOPENED_FRAME),
          time: double(REOPENED_TIME),
          by: double(REOPENED_BY),
          opener: ((bits & REOPENED_BY_B) !== 0) === clientIsB ? 'client' : 'server',
        }
      : null,
    bytes: both(
      (at) => ((words[at + BYTES_HIGH] ?? 0) >>> 0) * 2 ** 32 + ((words[at + BYTES_LOW] ?? 0) >>> 0),
    ),
    holes: both((at) => words[at + HOLES] ?? 0),
    duplicates: word(DUPLICATES),
    unlogged: word(UNLOGGED),
    history: readHistory(words, row),
    zeroWindow: {
      client: zeroWindow(words, doubles, row, clientIsB ? 1 : 0),
      server: zeroWindow(words, doubles, row, clientIsB ? 0 : 1),
    },
    cutHeaders: (bits & CUT_HEADERS) !== 0,
    oneSided: (sent.client & ANY) === 0 || (sent.server & ANY) === 0,
    announced: {
      client: announced(words, block('client'), block('server')),
      server: announced(words, block('server'), block('client')),
    },
    segments: log.read(words, row, clientIsB, scale),
    unreachable: [],
  };
}

function zeroWindow(
  words: Int32Array,
  doubles: Float64Array,
  row: number,
  direction: number,
): { since: number; until: number | null } | null {
  const stretch = row + SENT + DIRECTION * direction;
  const until = doubles[(stretch + ZERO_WINDOW_UNTIL) >> 1] ?? 0;
  const closed = ((words[row + SENT + direction * DIRECTION + SENT_BITS] ?? 0) & WINDOW_CLOSED) !== 0;
  if (!closed && until === 0) return null;
  return { since: doubles[(stretch + ZERO_WINDOW_SINCE) >> 1] ?? 0, until: closed ? null : until };
}

function endpoint(words: Int32Array, at: number, port: number, ipv6: boolean): Endpoint {
  const word = (index: number): number => words[at + index] ?? 0;
  const address = ipv6 ? formatIpv6([word(0), word(1), word(2), word(3)]) : formatIpv4(word(3));
  return { address, port };
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
