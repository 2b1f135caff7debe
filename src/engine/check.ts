import type { Ladder } from '../report/ladder.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import type { Tally } from '../report/tally.ts';
import { Collector } from './collector.ts';
import { inReadingOrder } from './rotation.ts';
import type { Run } from './run.ts';
import type { CaptureInput, RunOptions } from './run-capture.ts';
import type { RunState } from './run-state.ts';

export type { CaptureInput } from './run-capture.ts';

export interface CheckOptions extends RunOptions {
  /**
   * Which connections the report lists; its summary always counts all. `worst`: those that are not conformant, the worst
   * 1,000 of them, so that memory does not grow with what has passed.
   */
  readonly connections: 'all' | 'findings' | 'worst' | 'none';
  readonly toolVersion: string;
  /**
   * Threads that share the work; 1, the default, does all in this one, and of two this one reads the packets and counts or lists
   * the connections that the other one keeps. The report is the same. Ladders (see `onConnection`) can be drawn with one thread only, and the second reader has one.
   */
  readonly threads?: number;
  /** Called when a capture has been read; connections that are open then become final later. */
  readonly onCapture?: (capture: ReportedCapture, index: number) => void;
  /**
   * Called with each connection as it becomes final, whatever `connections` says. `ladder` draws it from the segments
   * that are still at hand; it must be called at once or never.
   */
  readonly onConnection?: (connection: ReportedConnection, ladder: () => Ladder) => void;
  /**
   * Where an earlier run stopped: its open connections go on, and connections, frames and captures count on. The first
   * capture belongs to the same stretch of time. Resumed runs have one thread.
   */
  readonly resume?: RunState;
  /** Takes what is still open at the end, which then is not in the report but in that of the run that resumes it. */
  readonly onState?: (state: RunState) => void;
}

/** What the command asks for besides. */
export interface EngineOptions extends CheckOptions {
  /**
   * Instead of `onConnection` for those that ended regularly, where `connections` lists none of them: what is found, and the
   * line of NDJSON as bytes that hold until the next one is asked for.
   */
  readonly onLine?: (tally: Pick<Tally, 'findings'>, line: () => Uint8Array) => void;
  /** Whether a capture is not to be begun any more. */
  readonly isStopped?: (path: string) => boolean;
  /** Whether the source of a capture was ended before its end. */
  readonly isCut?: (path: string) => boolean;
}

/**
 * Checks captures one after another and returns the report. Connections are numbered through over all of them, in the
 * order of their first frames, and listed in that order. The files of one rotated capture are one timeline:
 * connections go on from one to the next, and frames count on.
 *
 * @throws only what a source throws: faults of the bytes are diagnostics of their capture
 */
export async function check(inputs: Iterable<CaptureInput>, options: EngineOptions): Promise<Report> {
  const captures: ReportedCapture[] = [...(options.resume?.captures ?? [])];
  const collector = new Collector(options);
  const run = await startRun(options, collector);
  try {
    for (const { input, mayJoin } of inReadingOrder([...inputs])) {
      if (options.isStopped?.(input.path)) continue;
      const index = captures.length;
      const read = await run.read(input, index, mayJoin);
      const capture = options.isCut?.(read.path) ? cutShort(read) : read;
      captures.push(capture);
      options.onCapture?.(capture, index);
    }
    if (options.onState) options.onState({ profile: options.profile, captures, timeline: run.save() });
    else await run.end();
  } finally {
    run.close();
  }
  return collector.report(captures);
}

/** A capture that is not damaged where reading it was stopped. */
function cutShort(capture: ReportedCapture): ReportedCapture {
  const own = capture.diagnostics.filter(({ code }) => !ENDS.includes(code));
  const message = 'Reading was stopped before its end: what follows is not in the report.';
  return { ...capture, diagnostics: [...own, { code: 'interrupted', offset: null, message }] };
}

const ENDS: readonly string[] = ['record-truncated', 'compression-corrupt', 'empty'];

/** The second reader, ladders and saved state need the thread at hand. Either way is loaded only when it is taken. */
async function startRun(options: CheckOptions, collector: Collector): Promise<Run> {
  const { threads = 1, reader, resume, onState } = options;
  const isAlone = threads <= 1 || reader !== 'lastack' || resume !== undefined || onState !== undefined;
  if (isAlone) {
    const { LocalRun } = await import('./local-run.ts');
    return new LocalRun(options, collector);
  }
  const { SharedRun } = await import('./shared-run.ts');
  return SharedRun.start(options, collector);
}
