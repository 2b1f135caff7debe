import type { LoggedSegment } from '../machine/logged-segment.ts';
import type { History } from '../machine/replay.ts';
import type { Side } from '../machine/state.ts';
import type { Unreachable } from './unreachable.ts';

export interface Endpoint {
  /** As text: dotted IPv4, or IPv6 by RFC 5952. */
  readonly address: string;
  readonly port: number;
}

/** A socket connected to itself: both sides are one, and the model has two. */
export function isSelfConnected({ client, server }: Record<'client' | 'server', Endpoint>): boolean {
  return client.port === server.port && client.address === server.address;
}

/** What one side announced with its SYN. */
export interface Announced {
  /**
   * The window scale that holds for its segments: 0 where a SYN of either side carries none (RFC 7323 2.2); null where it is
   * not known, since its SYN was not captured, or cut by the snap length.
   */
  readonly windowScale: number | null;
  /** The window scale that its SYN carries; null where it carries none, or was not captured. */
  readonly offeredScale: number | null;
  readonly timestamps: boolean;
  readonly fastOpen: boolean;
  readonly multipath: boolean;
  /** TCP-AO or MD5: its peer drops what is not signed, RSTs included. */
  readonly signed: boolean;
}

/** One incarnation of a 4-tuple as the connection table leaves it: plain data, ready for the model. */
export interface Flow extends History {
  /** Order of the first frame over the whole run. */
  readonly id: number;
  readonly incarnation: number;
  /** Id of the incarnation before this one of the same 4-tuple, null for the first. */
  readonly previous: number | null;
  /** Another incarnation of the same 4-tuple follows. */
  readonly followed: boolean;
  /** The tunnel that its segments travel in: a number of `Contexts`; 0 for none. */
  readonly context: number;
  /** The same as text, the outermost tunnel first. */
  readonly via: readonly string[];
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly roles: 'observed' | 'guessed';
  readonly frames: { readonly first: number; readonly last: number; readonly count: number };
  /** Times of its first and last segment, nanoseconds since the capture's first record. */
  readonly started: number;
  readonly ended: number;
  /** Payload bytes sent, each counted once. */
  readonly bytes: Readonly<Record<Side, number>>;
  /** Stretches that the peer acknowledged and that were never captured. */
  readonly holes: Readonly<Record<Side, number>>;
  readonly duplicates: number;
  /** Segments of its closing that were too many to be looked at: some between its first and its newest ones. */
  readonly unlogged: number;
  /**
   * The last stretch in which each side offered a window of zero, nanoseconds: when it began, and when the window opened
   * again (null while it is closed). Null where there was none.
   */
  readonly zeroWindow: Readonly<
    Record<Side, { readonly since: number; readonly until: number | null } | null>
  >;
  /** Zeek's history string (`conn.log`). */
  readonly history: string;
  /** The snap length cut TCP options. */
  readonly cutHeaders: boolean;
  /** One of the two never sent a segment. */
  readonly oneSided: boolean;
  readonly announced: Readonly<Record<Side, Announced>>;
  readonly segments: readonly LoggedSegment[];
  /** ICMP errors about its segments, in the order in which they came: the first of them and the latest. */
  readonly unreachable: readonly Unreachable[];
}
