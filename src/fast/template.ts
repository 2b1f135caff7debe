/**
 * What the plain path says of all connections of one shape, with places of segments instead of frames and times: replay and rules
 * are asked once, of a specimen, and never again.
 */

import type { Flow } from '../flow/flow.ts';
import { type Close, closeOf } from '../machine/close.ts';
import { readFins } from '../machine/fin.ts';
import type { LoggedSegment } from '../machine/logged-segment.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import type { Reception, SideReading } from '../machine/reception.ts';
import { type Replay, replay, type Transition } from '../machine/replay.ts';
import { roundTripOf } from '../machine/round-trip.ts';
import { verdictOf } from '../report/build-connection.ts';
import type { Verdict } from '../report/report.ts';
import { type Seen, seenOf } from '../report/summary/captured-only.ts';
import { causeOf } from '../rules/causes/cause.ts';
import type { Cause } from '../rules/causes/cause-names.ts';
import { inOrder } from '../rules/facts/frames.ts';
import type { Connection, Fact, Rule } from '../rules/rule.ts';
import { factsOf, inOrderOfReport } from '../rules/run-rules.ts';
import type { CompactSegments } from './compact-segments.ts';
import type { Shape } from './shape.ts';
import { type Measures, specimenOf } from './specimen.ts';

/** No segment. */
export const NONE = -1;

/** Numbers of two specimens, so far apart that whatever depends on one of them differs. */
const FIRST: Measures = { pace: 1e6, payload: 100 };
const SECOND: Measures = { pace: 3e6, payload: 700 };

/** A transition; places are those of segments. */
export interface Step {
  readonly transition: Transition;
  /** The segment at which the label changes; none for a timer. */
  readonly at: number;
  /** The segments of its bracket, either may be none. */
  readonly after: number;
  readonly by: number;
}

/** What a rule says, with places of segments in place of frames. */
export interface Note {
  /** What it says, the places left out, as text. */
  readonly key: string;
  readonly rule: Rule;
  readonly fact: Fact;
  /** Its evidence has numbers of the connection: the rule is asked for each. */
  readonly isMeasured: boolean;
}

/** What the plain path says of one connection: of a specimen, whose frames are the places of its segments and 1 more. */
interface Answer {
  readonly connection: Connection;
  readonly cause: Cause | null;
  readonly notes: readonly Pick<Note, 'rule' | 'fact'>[];
}

export class Template {
  readonly close: Pick<Close, 'kind' | 'closer'>;
  /** The segments with which the close began and ended, either may be none. */
  readonly start: number;
  readonly end: number;
  readonly steps: readonly Step[];
  readonly final: Replay['final'];
  /** With places in place of frames. */
  readonly cause: Cause | null;
  readonly notes: readonly Note[];
  readonly history: string;
  readonly verdict: Verdict;
  readonly seen: Seen;
  /** What it says, as text: equal where all that is said is the same. */
  readonly outline: string;
  private readonly specimen: Connection;
  /** Nanoseconds. */
  private readonly twoMsl: number;

  /**
   * @param wait nanoseconds for which the capture goes on behind it, where its shape does not say that
   * @throws where the numbers of a connection decide what its shape should
   */
  constructor(shape: Shape, profile: Profile, linger: number, wait = 0) {
    const answer = ask(shape, profile, linger, { ...FIRST, wait });
    const other = ask(shape, profile, linger, { ...SECOND, wait });
    const { connection, cause, notes } = answer;
    const { flow, close } = connection;
    this.specimen = connection;
    this.twoMsl = twoMslOf(profile);
    this.close = { kind: close.kind, closer: close.closer };
    this.start = placeOf(flow, close.start);
    this.end = placeOf(flow, close.end);
    this.steps = connection.replay.transitions.map((transition) => stepOf(flow, transition));
    this.final = connection.replay.final;
    this.cause = cause && { ...cause, frames: cause.frames.map((frame) => frame - 1) };
    this.history = flow.history;
    this.notes = notes
      .map((note, index) => noteOf(note, other.notes[index]?.fact))
      .sort((a, b) => inOrderOfReport(a.fact, b.fact));
    this.verdict = verdictOf(this.notes.map(({ fact }) => fact));
    this.outline = outlineOf(answer);
    this.seen = seenOf(flow);
    if (this.outline !== outlineOf(other)) throw new ByNumbers(this.outline, outlineOf(other));
  }

  /** The specimen, as if these were its ends. */
  example(ends: Pick<Flow, 'client' | 'server'>): Connection {
    return { ...this.specimen, flow: { ...this.specimen.flow, ...ends } };
  }

  /**
   * A connection of this shape as the plain path has it. What none of its numbers decides is the specimen's: windows, TTLs.
   *
   * @param until up to when the capture would have shown more of it
   */
  connection(
    segments: CompactSegments,
    of: Pick<Flow, 'id' | 'client' | 'server'>,
    until: number,
  ): Connection {
    const { flow, replay: replayed, ...rest } = this.specimen;
    const { frames, times, count } = segments;
    const logged = flow.segments.map((segment) => loggedAs(segment, segments));
    const own: Flow = {
      ...flow,
      ...of,
      frames: { first: frames[0] ?? 0, last: frames[count - 1] ?? 0, count },
      started: times[0] ?? 0,
      ended: times[count - 1] ?? 0,
      end: until,
      segments: logged,
    };
    const close = {
      ...this.close,
      start: this.start === NONE ? null : (times[this.start] ?? 0),
      end: this.end === NONE ? null : (times[this.end] ?? 0),
    };
    return { ...rest, flow: own, close, replay: this.replayOf(replayed, logged, segments) };
  }

  private replayOf(
    replayed: Replay,
    logged: readonly LoggedSegment[],
    { frames, times }: CompactSegments,
  ): Replay {
    const { flow } = this.specimen;
    const timeOf = (place: number): number | null => (place === NONE ? null : (times[place] ?? 0));
    const transitions = this.steps.map(({ transition, at, after, by }) => ({
      ...transition,
      frame: at === NONE ? null : (frames[at] ?? 0),
      cause: transition.cause === null ? null : (frames[transition.cause - 1] ?? 0),
      time: timeOf(at) ?? (timeOf(after) ?? 0) + this.twoMsl,
      after: timeOf(after),
      by: timeOf(by),
    }));
    const receptionOf = (reception: Reception): Reception => ({
      ...reception,
      after: timeOf(placeOf(flow, reception.after)) ?? 0,
      by: timeOf(placeOf(flow, reception.by)),
    });
    const readingOf = (reading: SideReading): SideReading => ({
      ...reading,
      receptions: reading.receptions.map(receptionOf),
    });
    return {
      ...replayed,
      transitions,
      fins: { client: readFins(logged, 'client'), server: readFins(logged, 'server') },
      readings: { client: readingOf(replayed.readings.client), server: readingOf(replayed.readings.server) },
      roundTrip: roundTripOf(logged),
    };
  }
}

/** What the plain path says of connections of this shape depends on their numbers as well. */
export class ByNumbers extends Error {
  constructor(one: string, other: string) {
    super(`what is said of a shape depends on the numbers of the connection: ${one} or ${other}`);
  }
}

function ask(shape: Shape, profile: Profile, linger: number, measures: Measures): Answer {
  const connection = connectionOf(specimenOf(shape, profile, measures), profile, linger);
  return { connection, cause: causeOf(connection), notes: factsOf(connection) };
}

/** The first connection of its 4-tuple, as the rules want it. */
export function connectionOf(flow: Flow, profile: Profile, linger: number): Connection {
  const replayed = replay(flow, profile);
  return { flow, replay: replayed, close: closeOf(flow, replayed), previous: null, profile, linger };
}

/** @param other what the rule says of the other specimen */
function noteOf({ rule, fact }: Answer['notes'][number], other: Fact | undefined): Note {
  const evidence = JSON.stringify(fact.evidence);
  return {
    key: [rule.meta.id, fact.message, fact.tier, fact.side, evidence].join(' '),
    rule,
    fact: { ...fact, frames: inOrder(fact.frames).map((frame) => frame - 1) },
    isMeasured: evidence !== JSON.stringify(other?.evidence),
  };
}

/** All that two specimens must have in common, as text. */
function outlineOf({ connection: { flow, replay: replayed, close }, cause, notes }: Answer): string {
  return JSON.stringify([
    close.kind,
    close.closer,
    placeOf(flow, close.start),
    placeOf(flow, close.end),
    replayed.transitions.map((transition) => {
      const { at, after, by } = stepOf(flow, transition);
      return [transition.side, transition.on, transition.to, transition.status, at, after, by];
    }),
    cause,
    notes.map(({ rule, fact }) => [rule.meta.id, fact.message, fact.tier, fact.side, fact.frames]),
  ]);
}

function stepOf(flow: Flow, transition: Transition): Step {
  return {
    transition,
    at: transition.frame === null ? NONE : transition.frame - 1,
    after: placeOf(flow, transition.after),
    by: placeOf(flow, transition.by),
  };
}

/** The place of the first segment that came at a time; none where there is none. */
function placeOf({ segments }: Flow, time: number | null): number {
  const found = time === null ? undefined : segments.find((segment) => segment.time === time);
  return found === undefined ? NONE : found.frame - 1;
}

/** A segment of a specimen with the numbers of the one that stands in its place. */
function loggedAs(
  segment: LoggedSegment,
  { frames, times, seqs, acks, lengths }: CompactSegments,
): LoggedSegment {
  const place = segment.frame - 1;
  const seq = seqs[place] ?? 0;
  const length = lengths[place] ?? 0;
  return {
    ...segment,
    frame: frames[place] ?? 0,
    time: times[place] ?? 0,
    seq,
    ack: acks[place] ?? 0,
    length,
    // Everything is in order: SYN and FIN count as the specimen's do.
    front: (segment.front - segment.seq - segment.length + seq + length) | 0,
    highBefore: seq,
  };
}
