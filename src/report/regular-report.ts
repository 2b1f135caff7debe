/**
 * What replay, rules and report say of a regular ending, written down from its segments: many times faster than asking
 * them. `test/engine/regular-close.test.ts` holds it equal to the plain path, field by field.
 */
import { OPEN } from '../flow/close-codes.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import { displayFilter } from './build-connection.ts';
import { causeOfRegular, findingsOf, noteOf } from './regular-findings.ts';
import { Outline, STEPS, type Step } from './regular-outline.ts';
import { bytesOf, historyOf, NONE, vantageIn } from './regular-segments.ts';
import type { ReportedConnection, ReportedTransition } from './report.ts';
import type { Tally } from './tally.ts';
import { formatTimestamp } from './timestamp.ts';

/** Where a connection stands in the run. */
export interface RegularPlace {
  /** Index of the capture that holds its first frame. */
  readonly capture: number;
  /** What its times count from, nanoseconds since 1970. */
  readonly epoch: bigint;
  /** Nanoseconds. */
  readonly twoMsl: number;
}

const outline = new Outline();

/** @param tally what a summary counts of it */
export function reportRegular(
  close: RegularClose,
  segments: CompactSegments,
  tally: Tally,
  { capture, epoch, twoMsl }: RegularPlace,
): ReportedConnection {
  outline.fill(close, segments, twoMsl);
  const { kind } = close;
  const { count, frames, times } = segments;
  const stamps: string[] = [];
  const time = (index: number): string => {
    stamps[index] ??= formatTimestamp(epoch, times[index] ?? 0);
    return stamps[index];
  };
  const client = { address: tally.client, port: segments.clientPort };
  const { server } = tally;
  const { closer, closerState, peerState } = outline;
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
    bytes: { client: bytesOf(segments, 'client'), server: bytesOf(segments, 'server') },
    close: {
      kind: tally.way.kind,
      closer: tally.way.closer,
      start: kind === OPEN ? null : time(outline.first),
      duration: numberOrNull(tally.duration),
      idle: numberOrNull(tally.idle),
    },
    cause: causeOfRegular(kind, segments, outline),
    final:
      closer === 'client'
        ? { client: closerState, server: peerState }
        : { client: peerState, server: closerState },
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
    history: historyOf(segments),
    verdict: 'conformant',
    transitions: transitionsOf(frames, time, () => formatTimestamp(epoch, close.end + twoMsl)),
    findings: findingsOf(noteOf(kind, segments, outline), server),
    filter: displayFilter(client, server, null),
  };
}

function numberOrNull(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : seconds;
}

function transitionsOf(
  frames: Int32Array,
  time: (index: number) => string,
  timeOut: () => string,
): ReportedTransition[] {
  const { count, steps, made, after, by } = outline;
  return Array.from({ length: count }, (_, index) => {
    const { side, from, to, on } = STEPS[steps[index] ?? 0] as Step;
    const at = made[index] ?? NONE;
    const earliest = after[index] ?? NONE;
    const shown = by[index] ?? NONE;
    return {
      side,
      from,
      to,
      on,
      frame: at === NONE ? null : (frames[at] ?? 0),
      time: at === NONE ? timeOut() : time(at),
      after: earliest === NONE ? null : time(earliest),
      by: shown === NONE ? null : time(shown),
      status: shown === NONE ? 'assumed' : 'proven',
    };
  });
}
