import { SIDES, type Side } from '../machine/state.ts';
import type { CauseName } from '../rules/cause-names.ts';
import type { Finding } from '../rules/finding.ts';
import { type Way, wayOf } from './close-counts.ts';
import type { ReportedConnection, Verdict } from './report.ts';
import { secondsBetween } from './time-span.ts';
import { endpoint } from './wording.ts';

/**
 * What a summary counts of one connection. Durations are seconds, NaN where there is none: a field that is always a number
 * is filled over and over without anything that has to be thrown away.
 */
export interface Tally {
  readonly id: number;
  /** Address of the client. */
  readonly client: string;
  readonly server: ReportedConnection['server'];
  /** The server in one word, `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly service: string;
  readonly verdict: Verdict;
  readonly way: Way;
  /** From the first FIN or RST to the segment that ended it. */
  readonly duration: number;
  /** Silence before that. */
  readonly idle: number;
  readonly cause: TalliedCause | null;
  readonly findings: readonly Pick<Finding, 'tier' | 'rule'>[];
  readonly stays: readonly Stay[];
  /** The TIME_WAIT that the client entered last. */
  readonly timeWait: TalliedTimeWait | null;
}

export interface TalliedCause {
  readonly name: CauseName;
  readonly side: Side | null;
  /** Silence before it, where that is part of the cause. */
  readonly idle: number | null;
}

/** The states whose length says something of a service. */
export const TIMED_STATES = ['CLOSE_WAIT', 'FIN_WAIT_2', 'TIME_WAIT'] as const;
export type TimedState = (typeof TIMED_STATES)[number];

/** From the transition into a state to the next one of that side, where a packet shows it. */
export interface Stay {
  /** Which side was in which state, as {@link stayOf} numbers it. */
  readonly which: number;
  readonly seconds: number;
}

/** How many numbers {@link stayOf} has. */
export const STAYS: number = SIDES.length * TIMED_STATES.length;

export function stayOf(side: Side, state: TimedState): number {
  return SIDES.indexOf(side) * TIMED_STATES.length + TIMED_STATES.indexOf(state);
}

export interface TalliedTimeWait {
  /** When it was entered, epoch seconds. */
  readonly start: number;
  /** NaN where the captures do not show its end. */
  readonly lasted: number;
  /** The next incarnation ended it. */
  readonly reopened: boolean;
}

/** What counts of a connection of the report. */
export function tallyOf(connection: ReportedConnection): Tally {
  const { id, client, server, verdict, close, cause, findings } = connection;
  const idle = cause?.evidence['idle'];
  return {
    id,
    client: client.address,
    server,
    service: endpoint(server),
    verdict,
    way: wayOf(close.kind, close.closer),
    duration: close.duration ?? Number.NaN,
    idle: close.idle ?? Number.NaN,
    cause: cause && { name: cause.name, side: cause.side, idle: typeof idle === 'number' ? idle : null },
    findings,
    stays: SIDES.flatMap((side) => staysOf(connection, side)),
    timeWait: timeWaitOf(connection),
  };
}

function staysOf({ transitions }: ReportedConnection, side: Side): Stay[] {
  const own = transitions.filter((transition) => transition.side === side);
  return own.flatMap((left, index) => {
    const entered = own[index - 1];
    const state = TIMED_STATES.find((timed) => timed === entered?.to);
    // A timer's end is the profile's, not the capture's.
    if (!entered || !state || left.frame === null) return [];
    return [{ which: stayOf(side, state), seconds: secondsBetween(entered.time, left.time) }];
  });
}

const EPOCH = '0.000000000';

function timeWaitOf({ transitions }: ReportedConnection): TalliedTimeWait | null {
  const at = transitions.findLastIndex(({ side, to }) => side === 'client' && to === 'TIME_WAIT');
  const entered = transitions[at];
  if (!entered) return null;
  const left = transitions.slice(at + 1).find(({ side }) => side === 'client');
  return {
    start: secondsBetween(EPOCH, entered.time),
    lasted: left ? secondsBetween(entered.time, left.time) : Number.NaN,
    reopened: left?.on === 'reopen',
  };
}
