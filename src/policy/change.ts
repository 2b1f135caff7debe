import type { Side } from '../machine/state.ts';
import type { Report } from '../report/report.ts';
import type { Distribution } from '../report/summary/quantiles.ts';
import type { Tier } from '../rules/finding.ts';
import type { Share } from './proportions.ts';

/** What a comparison needs of a report. */
export type Compared = Pick<Report, 'captures' | 'profile' | 'summary' | 'policy'>;

/** From where on a difference is a change. */
export interface Thresholds {
  /** Percentage points between two shares. */
  readonly minShare: number;
  /** Factor between two durations. */
  readonly minFactor: number;
  /** At most this share of the changes may be by chance; 1 calls every difference a change. */
  readonly chance: number;
  /** How services are told apart: `port` where addresses differ from run to run. */
  readonly by: 'service' | 'port';
}

/** `unclear`: apart by more than the threshold, but chance explains it. */
export const DIRECTIONS = ['worse', 'changed', 'better', 'unclear'] as const;
export type Direction = (typeof DIRECTIONS)[number];

interface Place {
  /** `10.0.0.2:443`, or `port 443`. */
  readonly service: string;
  readonly direction: Direction;
}

/** One thing that is not as it was. */
export type Change =
  | (Place & {
      readonly what: 'kind' | 'closer' | 'resets' | 'finding';
      /** The kind, the closer, or the rule; `resets`. */
      readonly name: string;
      /** Of a finding. */
      readonly tier: Tier | null;
      readonly before: Share;
      readonly after: Share;
      /** How likely so great a difference is by chance. */
      readonly p: number;
    })
  | (Place & {
      readonly what: 'duration';
      /** Of a state that side; of the whole close null. */
      readonly name: 'closing' | 'CLOSE_WAIT';
      readonly side: Side | null;
      readonly before: Distribution;
      readonly after: Distribution;
    })
  | (Place & {
      readonly what: 'total';
      readonly name:
        | 'connections a second'
        | 'TIME_WAIT at once'
        | 'CLOSE_WAIT at the end'
        | 'FIN_WAIT_2 at the end';
      /** Whose sockets; of connections null. */
      readonly side: Side | null;
      readonly before: number;
      readonly after: number;
    })
  | (Place & {
      /** The other side closes first now, and keeps the TIME_WAITs. */
      readonly what: 'time-wait';
      readonly name: 'moves';
      readonly from: Side;
      readonly to: Side;
    })
  | (Place & { readonly what: 'service'; readonly name: 'gone' | 'new'; readonly connections: number });

export interface Comparison {
  /** Worse ones first. */
  readonly changes: readonly Change[];
  /** Services that are in both. */
  readonly compared: number;
  /** Shares that were tested. */
  readonly tests: number;
  /** Services and kinds of findings that the reports do not list one by one, before and after together. */
  readonly unlisted: number;
}
