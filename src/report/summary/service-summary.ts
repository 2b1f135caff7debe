import type { CloseKind, Closer } from '../../machine/close.ts';
import type { Side } from '../../machine/state.ts';
import type { CauseName } from '../../rules/causes/cause-names.ts';
import type { Distribution } from './quantiles.ts';
import type { TimedState } from './timed-states.ts';

/** How the connections of one service closed: the server's address and port. All times are seconds. */
export interface ServiceSummary extends ServiceCounts {
  readonly address: string;
  readonly port: number;
  /** From the first FIN or RST to the end, of those that came to an end. */
  readonly closing: Distribution | null;
  /** Silence before the side closed first, of the connections that had been idle for a second or more. */
  readonly idle: Readonly<Record<Side, IdleCloses | null>>;
  /**
   * From the transition into a state to the next one of that side. Counted only where the capture has both: a
   * TIME_WAIT that a timer ended is not, only one that was cut short (an RST, the next incarnation).
   */
  readonly states: Readonly<Record<Side, Readonly<Record<TimedState, Distribution | null>>>>;
}

/** What is counted of all services together that are not listed. */
export interface OtherServices extends ServiceCounts {
  /** How many; one that came again after it had made room for others counts anew. */
  readonly services: number;
}

export interface ServiceCounts {
  readonly connections: number;
  readonly closers: Readonly<Record<Closer, number>>;
  readonly closes: Readonly<Partial<Record<CloseKind, number>>>;
  /** Connections that an RST ended, refused ones aside. */
  readonly resets: number;
  readonly causes: readonly ServiceCause[];
}

/** A cause of resets and broken closes, as often as it occurs with this side. */
export interface ServiceCause {
  readonly name: CauseName;
  readonly side: Side | null;
  readonly connections: number;
  /** Lowest id of a connection that has it. */
  readonly first: number;
  /** Silence before it, where that is part of the cause. */
  readonly idle: Distribution | null;
}

export interface IdleCloses extends Distribution {
  /** How many are within 5 % of the median: nearly all where a time-out closes. */
  readonly nearMedian: number;
}
