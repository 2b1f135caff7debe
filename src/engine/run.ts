import type { ReportedCapture } from '../report/report.ts';
import type { CaptureInput } from './run-capture.ts';
import type { TimelineState } from './timeline.ts';

/** Reads captures one after another and hands their connections to a collector, by itself or with other threads. */
export interface Run {
  /** @param mayJoin its name says that it goes on where the one before it ended */
  read(input: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture>;
  /** Hands out what is still open. */
  end(): Promise<void>;
  /** Instead of the end: what is still open, as plain data. */
  save(): TimelineState;
  /** Frees what the run holds, also when it failed. */
  close(): void;
}
