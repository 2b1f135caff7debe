import type { Endpoint } from '../../flow/flow.ts';
import type { Side } from '../../machine/state.ts';

/** What a summary says of sockets: where many wait, and where they pile up. `lastack sockets` has all of them. */
export interface SocketSummary {
  /** Clients that held 100 or more TIME_WAITs to a service at once, most first; the first ten. */
  readonly timeWait: readonly TimeWaitHolder[];
  /** Sockets that nobody closes: ten or more in one state for 10 s and longer when the capture ends, and with them those that are there for less. Most first, the first ten. */
  readonly stuck: readonly StuckSockets[];
}

export interface TimeWaitHolder {
  readonly host: string;
  readonly service: Endpoint;
  /** The most at once, as long as the profile says that they last; a lower bound. */
  readonly most: number;
  /** All of the run. */
  readonly timeWaits: number;
  /** How many a second; null where they are too few or too short to say. */
  readonly perSecond: number | null;
  /** The ports that held them: how many different ones, from where to where. */
  readonly ports: { readonly used: number; readonly low: number; readonly high: number };
}

export interface StuckSockets {
  readonly state: 'CLOSE_WAIT' | 'FIN_WAIT_2';
  readonly side: Side;
  readonly host: string;
  readonly service: Endpoint;
  readonly sockets: number;
  /** When the first and the last of them entered the state: epoch seconds with nine digits. */
  readonly since: string;
  readonly until: string;
  /** How many more a second in between; null where they came within a second. */
  readonly perSecond: number | null;
}
