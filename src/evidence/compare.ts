import type { ReportedConnection, Timestamp } from '../report/report.ts';
import type { Finding } from '../rules/finding.ts';

/** What of a connection has to be the same in the source and in the extract. */
export const COMPARED = ['findings', 'close', 'cause', 'final', 'roles', 'verdict', 'transitions'] as const;
export type Compared = (typeof COMPARED)[number];

/** A frame of the extract in the source's numbering. */
export type Mapping = (frame: number) => number;

const SAME: Mapping = (frame) => frame;

/**
 * In what the extract's judgement of a connection differs from the source's: rule by rule, frame by frame through the
 * mapping, times counted from the connection's first. Counts of bulk (bytes, segments, holes) are not compared, since
 * packets were left out.
 */
export function differences(
  source: ReportedConnection,
  extract: ReportedConnection,
  toSource: Mapping,
): Compared[] {
  const before = judgement(source, SAME);
  const after = judgement(extract, toSource);
  return COMPARED.filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]));
}

/** Findings that the extract makes of a connection and the source does not: of a neighbour, none may be. */
export function invented(
  known: readonly Finding[],
  extract: ReportedConnection,
  toSource: Mapping,
): readonly Finding[] {
  const texts = new Set(known.map((finding) => textOf(finding, SAME)));
  return extract.findings.filter((finding) => !texts.has(textOf(finding, toSource)));
}

function textOf({ rule, tier, side, frames, evidence }: Finding, map: Mapping): string {
  return JSON.stringify([rule, tier, side, frames.map(map), evidence]);
}

function judgement(connection: ReportedConnection, map: Mapping): Record<Compared, unknown> {
  const { close, cause, final, roles, verdict, transitions, findings } = connection;
  const since = (time: Timestamp | null): number | null =>
    time === null ? null : toMicroseconds(Number(nanoseconds(time) - nanoseconds(connection.start)) / 1e9);
  return {
    findings: findings.map((finding) => textOf(finding, map)).sort(),
    close: [
      close.kind,
      close.closer,
      since(close.start),
      toMicroseconds(close.duration),
      toMicroseconds(close.idle),
    ],
    cause: cause && [cause.name, cause.side, cause.frames.map(map), cause.evidence],
    final,
    roles,
    verdict,
    transitions: transitions.map(({ side, from, to, on, frame, time, after, by, status }) => [
      [side, from, to, on, status],
      frame === null ? null : map(frame),
      [since(time), since(after), since(by)],
    ]),
  };
}

/** As precise as evidence is: in captures of more than 104 days a double does not hold every nanosecond. */
function toMicroseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1e6);
}

function nanoseconds(time: Timestamp): bigint {
  return BigInt(time.replace('.', ''));
}
