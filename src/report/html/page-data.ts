import type { Side } from '../../machine/state.ts';
import type { PortRange } from '../../rules/time-wait/time-wait-pressure.ts';
import type { Drawing } from '../diagram/drawing.ts';
import type { SocketState } from '../diagram/theme.ts';
import type { Report, Timestamp } from '../report.ts';

/** What the page is made of. It is bounded: of a large capture it has the worst connections, and a sample of each kind. */
export interface PageData {
  /** Its connections are those that are drawn, or, of a report that was read, listed. */
  readonly report: Report;
  /** The connections that are drawn, the worst first. */
  readonly drawings: readonly Drawing[];
  /** Sockets over time, one for each stretch of time; empty where nobody counted them. */
  readonly series: readonly SocketSeries[];
  /** The ports that clients have, where somebody said so. */
  readonly ports: PortRange | null;
}

/** How many sockets there were over one stretch of time, at even steps from its first packet on. */
export interface SocketSeries {
  readonly start: Timestamp;
  /** Seconds of a step, and how many there are. */
  readonly step: number;
  readonly steps: number;
  /** By host and side, those with the most sockets first. */
  readonly groups: readonly SeriesGroup[];
  /** Hosts and sides that are not listed. */
  readonly unlisted: number;
}

export interface SeriesGroup {
  /** Address; null for hosts beyond those that are counted apart. */
  readonly host: string | null;
  readonly side: Side;
  readonly states: readonly SeriesState[];
}

/** Sockets in one state at each step: all of them, and those that a packet shows to have entered it. */
export interface SeriesState {
  readonly state: SocketState;
  readonly sockets: readonly number[];
  readonly proven: readonly number[];
}
