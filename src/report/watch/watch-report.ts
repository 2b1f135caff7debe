import type { Endpoint } from '../../flow/flow.ts';
import type { Finding, Tier } from '../../rules/finding.ts';
import type { Timestamp } from '../report.ts';
import type { SocketCount } from '../sockets/socket-report.ts';

/** What a capture that is still being made holds at a moment. */
export interface WatchMoment {
  /** By the clock of the source. */
  readonly time: Timestamp;
  /** Seconds since the first packet. */
  readonly elapsed: number;
  /** So far, as the next ones. */
  readonly segments: number;
  readonly opened: number;
  /** Connections that are over, and judged. */
  readonly ended: number;
  /** Those of them that ended because they were silent for so long. */
  readonly silent: number;
  /** Connections that are not over. */
  readonly open: number;
  readonly findings: Readonly<Record<Tier, number>>;
  readonly sockets: readonly SocketCount[];
}

/** A finding, as soon as its connection is over. */
export interface WatchedFinding {
  /** Of the connection's last packet. */
  readonly time: Timestamp;
  /** As `check` numbers it. */
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly finding: Finding;
}
