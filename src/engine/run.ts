import type { ReportedCapture } from '../report/report.ts';
import type { CaptureInput } from './run-capture.ts';

/** Reads captures one after another and hands their connections to a collector, by itself or with other threads. */
export interface Run {
  /** @param mayJoin its name says that it goes on where the one before it ended */
  read(input: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture>;
  /** Hands out what is still open. */
  end(): Promise<void>;
  /** Frees what the run holds, also when it failed. */
  close(): void;
}
