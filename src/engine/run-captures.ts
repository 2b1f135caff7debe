import type { ReportedCapture } from '../report/report.ts';
import { inReadingOrder } from './rotation.ts';
import { type CaptureInput, type RunOptions, readInto } from './run-capture.ts';
import type { Timeline } from './timeline.ts';

/** Reads captures one after another into a timeline, rotated ones as one stretch of time, and ends it. */
export async function runCaptures(
  timeline: Timeline,
  inputs: readonly CaptureInput[],
  options: RunOptions,
): Promise<ReportedCapture[]> {
  const captures: ReportedCapture[] = [];
  for (const { input, mayJoin } of inReadingOrder(inputs)) {
    captures.push(await readInto(timeline, input, captures.length, mayJoin, options));
  }
  timeline.end();
  return captures;
}
