/**
 * What replay, rules and report say of a regular ending, filled into the template of its shape: many times faster than asking them.
 * `test/engine/regular-close.test.ts` holds it equal to the plain path, field by field.
 */

import { type Profile, twoMslOf } from '../../machine/profile.ts';
import { type Vantage, vantageOfHalves } from '../../machine/vantage.ts';
import { buildConnection, displayFilter } from '../../report/build-connection.ts';
import type { ReportedConnection, ReportedTransition } from '../../report/report.ts';
import type { Tally } from '../../report/summary/tally.ts';
import { formatTimestamp } from '../../report/timestamp.ts';
import type { Cause } from '../../rules/causes/cause-names.ts';
import type { Finding } from '../../rules/finding.ts';
import type { Fact, Rule } from '../../rules/rule.ts';
import { runRules, sorted, toFinding } from '../../rules/run-rules.ts';
import { OPEN } from '../close-codes.ts';
import type { CompactSegments } from '../compact-segments.ts';
import type { RegularClose } from '../regular-close.ts';
import { flowFrom } from '../specimen.ts';
import { connectionOf, NONE, type Note, type Step, type Template } from '../template.ts';
import type { Templates } from '../templates.ts';

/** Where a connection stands in the run. */
export interface RegularPlace {
  /** Index of the capture that holds its first frame. */
  readonly capture: number;
  /** What its times count from, nanoseconds since 1970. */
  readonly epoch: bigint;
}

/** A regular ending with all that is known of it; what it consists of is filled over and over. */
export interface RegularEnding extends RegularPlace {
  readonly close: RegularClose;
  readonly segments: CompactSegments;
  /** What a summary counts of it. */
  readonly tally: Tally;
}

/** Makes reports of regular endings. */
export class RegularReports {
  private readonly templates: Templates;
  private readonly profile: Profile;
  private readonly linger: number;

  constructor(templates: Templates, profile: Profile, linger: number) {
    this.templates = templates;
    this.profile = profile;
    this.linger = linger;
  }

  of(ending: RegularEnding): ReportedConnection {
    const template = this.templates.of(ending.close, ending.segments);
    return template === null ? this.plain(ending) : this.filled(ending, template);
  }

  private filled(ending: RegularEnding, template: Template): ReportedConnection {
    const { close, segments, tally, capture, epoch } = ending;
    const { count, frames, times } = segments;
    const stamps: string[] = [];
    const time = (place: number): string => {
      stamps[place] ??= formatTimestamp(epoch, times[place] ?? 0);
      return stamps[place];
    };
    const timeOrNull = (place: number): string | null => (place === NONE ? null : time(place));
    const findings = findingsOf(ending, template);
    const client = { address: tally.client, port: segments.clientPort };
    const { server } = tally;
    return {
      id: close.id,
      incarnation: 1,
      client,
      server,
      roles: 'observed',
      capture,
      frames: { first: frames[0] ?? 0, last: frames[count - 1] ?? 0, count },
      start: time(0),
      end: time(count - 1),
      bytes: { client: bytesOf(segments, 0), server: bytesOf(segments, 1) },
      close: {
        ...template.close,
        start: close.kind === OPEN ? null : timeOrNull(template.start),
        duration: numberOrNull(tally.duration),
        idle: numberOrNull(tally.idle),
      },
      cause: causeOf(template, segments),
      final: template.final,
      health: {
        midstream: false,
        oneSided: false,
        holes: { client: 0, server: 0 },
        cutHeaders: false,
        duplicates: 0,
        vantage: vantageIn(segments),
        ttlChanged: { client: false, server: false },
        unexamined: 0,
      },
      history: template.history,
      verdict: template.verdict,
      transitions: template.steps.map((step) =>
        transitionOf(step, segments, time, (after) =>
          formatTimestamp(epoch, (times[after] ?? 0) + twoMslOf(this.profile)),
        ),
      ),
      findings,
      filter: displayFilter(client, server, null),
    };
  }

  /** The plain path itself: what a template cannot say. */
  private plain({ close, segments, tally, capture, epoch }: RegularEnding): ReportedConnection {
    const { profile, linger } = this;
    const client = { address: tally.client, port: segments.clientPort };
    const flow = { ...flowFrom(segments, profile, close.until), id: close.id, client, server: tally.server };
    const connection = connectionOf(flow, profile, linger);
    return buildConnection(connection, runRules(connection), capture, epoch);
  }
}

function transitionOf(
  { transition: { side, from, to, on, status }, at, after, by }: Step,
  { frames }: CompactSegments,
  time: (place: number) => string,
  timeOut: (after: number) => string,
): ReportedTransition {
  return {
    side,
    from,
    to,
    on,
    frame: at === NONE ? null : (frames[at] ?? 0),
    time: at === NONE ? timeOut(after) : time(at),
    after: after === NONE ? null : time(after),
    by: by === NONE ? null : time(by),
    status,
  };
}

/** What the rules say of an ending, in the order of a report. */
export function findingsOf(ending: RegularEnding, template: Template): Finding[] {
  const { server } = ending.tally;
  const findings = template.notes.flatMap((note) =>
    factsOf(note, ending, template).map((fact) => toFinding(server, note.rule.meta, fact)),
  );
  return sorted(findings);
}

/** What one of them says, with frames; a rule whose evidence has numbers of the connection is asked. */
function factsOf({ rule, fact, isMeasured }: Note, ending: RegularEnding, template: Template): Fact[] {
  const { frames } = ending.segments;
  if (!isMeasured) return [{ ...fact, frames: fact.frames.map((place) => frames[place] ?? 0) }];
  return askAgain(rule, ending, template).filter(({ message, side }) => {
    return message === fact.message && side === fact.side;
  });
}

function askAgain(
  rule: Rule,
  { close, segments, tally }: RegularEnding,
  template: Template,
): readonly Fact[] {
  const client = { address: tally.client, port: segments.clientPort };
  return rule.check(
    template.connection(segments, { id: close.id, client, server: tally.server }, close.until),
  );
}

export function causeOf({ cause }: Template, { frames }: CompactSegments): Cause | null {
  return cause && { ...cause, frames: cause.frames.map((place) => frames[place] ?? 0) };
}

/** Where the capture was made, by the opening, whose segments are the first three. */
export function vantageIn({ times }: CompactSegments): Vantage | null {
  const answered = times[1] ?? 0;
  return vantageOfHalves(answered - (times[0] ?? 0), (times[2] ?? 0) - answered);
}

/** Payload bytes of a side. @param from 1 for the server */
export function bytesOf({ count, fromServer, lengths }: CompactSegments, from: number): number {
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    if (fromServer[index] === from) bytes += lengths[index] ?? 0;
  }
  return bytes;
}

function numberOrNull(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : seconds;
}
