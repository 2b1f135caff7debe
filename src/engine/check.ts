import type { Report, ReportedCapture } from '../report/report.ts';
import type { EngineOptions } from './check-options.ts';
import { Collector } from './collector.ts';
import { inReadingOrder } from './rotation.ts';
import type { Run } from './run.ts';
import type { CaptureInput } from './run-capture.ts';

export type { CheckOptions, EngineOptions } from './check-options.ts';
export type { CaptureInput } from './run-capture.ts';

/**
 * Checks captures one after another and returns the report. Connections are numbered through over all of them, in the
 * order of their first frames, and listed in that order. The files of one rotated capture are one timeline:
 * connections go on from one to the next, and frames count on.
 *
 * @throws only what a source throws: faults of the bytes are diagnostics of their capture
 */
export async function check(inputs: Iterable<CaptureInput>, options: EngineOptions): Promise<Report> {
  const captures: ReportedCapture[] = [...(options.resume?.captures ?? [])];
  // Only NDJSON needs them.
  const lines = options.onLine ? await import('../fast/report/regular-line.ts') : null;
  const collector = new Collector(options, lines?.RegularLines);
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
async function startRun(options: EngineOptions, collector: Collector): Promise<Run> {
  const { threads = 1, reader, resume, onState } = options;
  const isAlone = threads <= 1 || reader !== 'lastack' || resume !== undefined || onState !== undefined;
  if (isAlone) {
    const { LocalRun } = await import('./local-run.ts');
    return new LocalRun(options, collector);
  }
  const { SharedRun } = await import('./shared-run.ts');
  return SharedRun.start(options, collector);
}
