import { FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { has } from '../machine/logged-segment.ts';
import type { ReportedConnection } from '../report/report.ts';
import type { Connection } from '../rules/rule.ts';

/** A connection of the source, as the report has it, with the frames that the model looked back on. */
export interface TracedConnection {
  readonly reported: ReportedConnection;
  readonly logged: readonly number[];
  /** The first frame of its closing; null where nothing closes it. */
  readonly closing: number | null;
}

/** All that one 4-tuple sent: its connections in the order of their first frames, and every frame. */
export interface TracedTuple {
  readonly connections: TracedConnection[];
  readonly frames: number[];
  /** Whether each of {@link frames} is an ACK and nothing else: without it no octet is missing. */
  readonly bare: boolean[];
}

/** A source connection's name within one stretch of time: a frame belongs to one connection. */
export function nameOf({ reported }: TracedConnection): number {
  return reported.frames.first;
}

export function traceOf({ flow }: Connection, reported: ReportedConnection): TracedConnection {
  const { segments } = flow;
  const opened = segments.findIndex((segment) => !has(segment, SYN));
  const closing = segments.find(
    (segment, index) =>
      has(segment, FIN) || has(segment, RST) || (has(segment, SYN) && opened >= 0 && index > opened),
  );
  return { reported, logged: segments.map(({ frame }) => frame), closing: closing?.frame ?? null };
}

/** An ACK that carries nothing and leaves the window open. */
export function isBare({ flags, length, window }: Segment): boolean {
  return length === 0 && (flags & (SYN | FIN | RST)) === 0 && window !== 0;
}
