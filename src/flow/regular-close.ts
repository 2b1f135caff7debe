/** Regular endings: what the fast path of `regular-row.ts` hands on instead of a flow. */

/** How it closed: `kind` of the report, without the kinds that are never regular. */
export const REGULAR_KINDS = ['four-way', 'three-way', 'half-close', 'abort', 'open'] as const;
export const FOUR_WAY = 0;
export const THREE_WAY = 1;
export const HALF_CLOSE = 2;
export const ABORT = 3;
/** Nothing has closed it yet: of the times, only `end` holds. */
export const OPEN = 4;

/**
 * A regular ending, as plain numbers. There is one such object and it is filled over and over. Times are nanoseconds
 * since the capture's first record.
 */
export interface RegularClose {
  id: number;
  ipv6: boolean;
  /** Address words in network order, as in a segment. */
  client0: number;
  client1: number;
  client2: number;
  client3: number;
  server0: number;
  server1: number;
  server2: number;
  server3: number;
  serverPort: number;
  /** Index into {@link REGULAR_KINDS}. */
  kind: number;
  /** The server closed first. */
  byServer: boolean;
  /** Of the last segment before the first FIN or RST. */
  before: number;
  /** Of the first FIN or the RST. */
  start: number;
  /** Of the first segment that covers the first FIN. */
  covered: number;
  /** Of the second FIN, and of the ACK that covers it. */
  answered: number;
  end: number;
  /** Up to when the capture would have shown more of it. */
  until: number;
}

export function createRegularClose(): RegularClose {
  return {
    id: 0,
    ipv6: false,
    client0: 0,
    client1: 0,
    client2: 0,
    client3: 0,
    server0: 0,
    server1: 0,
    server2: 0,
    server3: 0,
    serverPort: 0,
    kind: FOUR_WAY,
    byServer: false,
    before: Number.NaN,
    start: Number.NaN,
    covered: Number.NaN,
    answered: Number.NaN,
    end: Number.NaN,
    until: Number.NaN,
  };
}
