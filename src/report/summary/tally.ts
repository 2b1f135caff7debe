import { isSelfConnected } from '../../flow/flow.ts';
import { SIDES, type Side, type State } from '../../machine/state.ts';
import type { Event } from '../../machine/table.ts';
import { causeOf } from '../../rules/causes/cause.ts';
import type { Cause, CauseName } from '../../rules/causes/cause-names.ts';
import type { Finding } from '../../rules/finding.ts';
import type { Connection } from '../../rules/rule.ts';
import { closeDuration, idleBeforeClose, verdictOf } from '../build-connection.ts';
import type { ReportedConnection, Timestamp, Verdict } from '../report.ts';
import { secondsBetween } from '../time-span.ts';
import { epochSeconds, toSeconds } from '../timestamp.ts';
import { endpoint } from '../wording.ts';
import { type Seen, seenOf } from './captured-only.ts';
import { type CloseOutcome, outcomeOf } from './close-counts.ts';
import { TIMED_STATES, type TimedState } from './timed-states.ts';

/**
 * What a summary counts of one connection. Durations are seconds, NaN where there is none: a field that is always a number
 * is filled over and over without anything that has to be thrown away.
 */
export interface Tally {
  readonly id: number;
  /** Address of the client. */
  readonly client: string;
  readonly clientPort: number;
  readonly server: ReportedConnection['server'];
  /** The server in one word, `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly service: string;
  readonly verdict: Verdict;
  readonly way: CloseOutcome;
  /** From the first FIN or RST to the segment that ended it. */
  readonly duration: number;
  /** Silence before that. */
  readonly idle: number;
  readonly cause: TalliedCause | null;
  readonly findings: readonly Pick<Finding, 'tier' | 'rule' | 'side' | 'policy'>[];
  /** A socket connected to itself: nothing is said of how it closed. */
  readonly isSelfConnected: boolean;
  readonly stays: readonly Stay[];
  /** The TIME_WAIT that the client entered last. */
  readonly timeWait: TalliedTimeWait | null;
  /** Sides that are left waiting for the other one, or for their own application. */
  readonly left: readonly TalliedLeft[];
  /** How much of it was captured. */
  readonly seen: Seen;
}

export interface TalliedCause {
  readonly name: CauseName;
  readonly side: Side | null;
  /** Silence before it, where that is part of the cause. */
  readonly idle: number | null;
}

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

/** A side that was in CLOSE_WAIT or FIN_WAIT_2 when the capture ended. */
export interface TalliedLeft {
  readonly side: Side;
  readonly state: 'CLOSE_WAIT' | 'FIN_WAIT_2';
  /** When it entered the state, epoch seconds. */
  readonly since: number;
  /** Seconds from then until the capture would have shown no more of it. */
  readonly age: number;
}

/** What counts of a connection of the report. @param until when the capture would have shown no more of it */
export function tallyOf(connection: ReportedConnection, until: Timestamp = connection.end): Tally {
  const { id, client, server, verdict, close, cause, findings, transitions, history, health } = connection;
  return {
    id,
    client: client.address,
    clientPort: client.port,
    server,
    service: endpoint(server),
    verdict,
    way: outcomeOf(close.kind, close.closer),
    duration: close.duration ?? Number.NaN,
    idle: close.idle ?? Number.NaN,
    cause: talliedCause(cause),
    findings,
    isSelfConnected: isSelfConnected(connection),
    stays: staysOf(transitions, secondsBetween),
    timeWait: lastTimeWait(transitions, (time) => secondsBetween(EPOCH, time), secondsBetween),
    left: leftOf(transitions, (time) => secondsBetween(EPOCH, time), until, secondsBetween),
    seen: seenOf({ history, oneSided: health.oneSided, holes: health.holes }),
  };
}

const EPOCH = '0.000000000';

/**
 * The same of a connection that is not reported, without the texts of a report.
 *
 * @param epoch what its times count from, nanoseconds since 1970
 */
export function tallyConnection(connection: Connection, findings: readonly Finding[], epoch: bigint): Tally {
  const { flow, close, replay } = connection;
  const { server } = flow;
  return {
    id: flow.id,
    client: flow.client.address,
    clientPort: flow.client.port,
    server,
    service: nameOf(server),
    verdict: verdictOf(findings),
    way: outcomeOf(close.kind, close.closer),
    duration: closeDuration(close) ?? Number.NaN,
    idle: idleBeforeClose(connection) ?? Number.NaN,
    cause: talliedCause(causeOf(connection)),
    findings,
    isSelfConnected: isSelfConnected(flow),
    stays: staysOf(replay.transitions, apart),
    timeWait: lastTimeWait(replay.transitions, (time) => epochSeconds(epoch, time), apart),
    left: leftOf(replay.transitions, (time) => epochSeconds(epoch, time), flow.end, apart),
    seen: seenOf({ history: flow.history, oneSided: flow.oneSided, holes: flow.holes }),
  };
}

/** Seconds between two times in nanoseconds, each rounded as the report has it. */
function apart(from: number, to: number): number {
  return toSeconds(Math.round(to) - Math.round(from));
}

/** Names of services that are kept at once. */
const MOST_NAMES = 4096;
/** By address and port. */
let names = new Map<string, Map<number, string>>();
let named = 0;

/** A service in one word. Most services come again, and text that is there already is looked up faster. */
function nameOf(server: Tally['server']): string {
  const known = names.get(server.address)?.get(server.port);
  if (known !== undefined) return known;
  if (named >= MOST_NAMES) {
    names = new Map();
    named = 0;
  }
  const name = endpoint(server);
  const ports = names.get(server.address) ?? new Map<number, string>();
  names.set(server.address, ports.set(server.port, name));
  named += 1;
  return name;
}

export function talliedCause(cause: Cause | null): TalliedCause | null {
  const idle = cause?.evidence['idle'];
  return cause && { name: cause.name, side: cause.side, idle: typeof idle === 'number' ? idle : null };
}

/** A transition, with its time in some unit. */
export interface Step<Time> {
  readonly side: Side;
  readonly to: State;
  readonly on: Event;
  readonly frame: number | null;
  readonly time: Time;
}

/** How long each side was in the states that are timed. @param between seconds from one time to another */
export function staysOf<Time>(
  transitions: readonly Step<Time>[],
  between: (from: Time, to: Time) => number,
): readonly Stay[] {
  const stays: Stay[] = [];
  if (transitions.length > 1) {
    addStays(stays, 'client', transitions, between);
    addStays(stays, 'server', transitions, between);
  }
  return stays;
}

function addStays<Time>(
  stays: Stay[],
  of: Side,
  transitions: readonly Step<Time>[],
  between: (from: Time, to: Time) => number,
): void {
  let entered: Step<Time> | null = null;
  for (const left of transitions) {
    if (left.side !== of) continue;
    // A timer's end is the profile's, not the capture's.
    if (entered && isTimed(entered.to) && left.frame !== null)
      stays.push({ which: stayOf(of, entered.to), seconds: between(entered.time, left.time) });
    entered = left;
  }
}

function isTimed(state: State): state is TimedState {
  return state === 'CLOSE_WAIT' || state === 'FIN_WAIT_2' || state === 'TIME_WAIT';
}

/** Most connections leave nobody behind. */
const NOBODY: readonly TalliedLeft[] = [];

/** The sides that no transition takes out of CLOSE_WAIT or FIN_WAIT_2. */
export function leftOf<Time>(
  transitions: readonly Step<Time>[],
  at: (time: Time) => number,
  until: Time,
  between: (from: Time, to: Time) => number,
): readonly TalliedLeft[] {
  let left: TalliedLeft[] | null = null;
  for (const side of SIDES) {
    const last = transitions.findLast((step) => step.side === side);
    if (last?.to !== 'CLOSE_WAIT' && last?.to !== 'FIN_WAIT_2') continue;
    left ??= [];
    left.push({ side, state: last.to, since: at(last.time), age: between(last.time, until) });
  }
  return left ?? NOBODY;
}

export function lastTimeWait<Time>(
  transitions: readonly Step<Time>[],
  at: (time: Time) => number,
  between: (from: Time, to: Time) => number,
): TalliedTimeWait | null {
  let left: Step<Time> | null = null;
  for (let index = transitions.length - 1; index >= 0; index--) {
    const entered = transitions[index];
    if (entered?.side !== 'client') continue;
    if (entered.to === 'TIME_WAIT') {
      const lasted = left ? between(entered.time, left.time) : Number.NaN;
      return { start: at(entered.time), lasted, reopened: left?.on === 'reopen' };
    }
    left = entered;
  }
  return null;
}
