import type { Endpoint } from '../../flow/flow.ts';
import type { ProfileName } from '../../machine/profile.ts';
import type { Side, State } from '../../machine/state.ts';
import type { Report, ReportedCapture, Timestamp } from '../report.ts';

/**
 * What `lastack sockets` prints: how many sockets of each host were in which state, and when. A socket that is CLOSED is none,
 * and one in LISTEN is on no wire, so neither is counted.
 */
export interface SocketReport {
  readonly schema: 'lastack/sockets/1';
  readonly tool: Report['tool'];
  readonly profile: Report['profile'];
  readonly captures: readonly ReportedCapture[];
  /** Each stretch of time by itself: a capture, or the files of one rotation. */
  readonly periods: readonly SocketPeriod[];
}

export interface SocketPeriod {
  /** Indexes into the captures. */
  readonly captures: readonly number[];
  /** Null where they hold no record. */
  readonly start: Timestamp | null;
  readonly end: Timestamp | null;
  readonly connections: number;
  /** The most sockets at once, by host, side, service and state. */
  readonly most: readonly SocketPeak[];
  /** The moments that were asked for, and the end. */
  readonly at: readonly SocketMoment[];
  /** Null where nobody asked for it. */
  readonly every: { readonly seconds: number; readonly moments: readonly SocketMoment[] } | null;
  /** Why there are so many, a sentence each. */
  readonly because: readonly string[];
  /** Whose stack hosts have, where their SYNs are like those of one only; nothing goes by it. */
  readonly looks: readonly HostLook[];
}

export interface HostLook {
  readonly host: string;
  readonly profile: ProfileName;
}

/** Sockets of one host, side, service and state. */
export interface SocketCount {
  /** Address; null for hosts beyond those that are counted apart. */
  readonly host: string | null;
  readonly side: Side;
  /** The server's address and port; null for all services of the host together, which is there where it has several. */
  readonly service: Endpoint | null;
  readonly state: State;
  readonly sockets: number;
  /** Those of them that a packet shows to have entered the state, and those of which nothing shows it. */
  readonly proven: number;
  readonly assumed: number;
}

export interface SocketPeak extends SocketCount {
  /** When there were so many for the first time. */
  readonly time: Timestamp;
}

export interface SocketMoment {
  /** As it was asked for: `+12.5s`, `#123`, `12:00:01`; `end`, or the number of the step. */
  readonly asked: string;
  readonly time: Timestamp;
  readonly counts: readonly SocketCount[];
  /** The sockets themselves, where they were asked for. */
  readonly sockets?: readonly ListedSocket[];
}

export interface ListedSocket {
  readonly state: State;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly side: Side;
  /** When it entered the state. */
  readonly since: Timestamp;
  readonly status: 'proven' | 'assumed';
  /** As `check` numbers it. */
  readonly connection: number;
}
