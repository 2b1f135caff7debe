import type { EngineOptions } from '../engine/check.ts';
import type { CheckedRun } from '../report/checked-run.ts';
import type { ReportedConnection } from '../report/report.ts';

/** What a format makes of the run; what begins with `on` is for those that write as they go. */
export interface Format extends Pick<EngineOptions, 'connections' | 'onCapture' | 'onJudged' | 'onLine'> {
  readonly onConnection?: (connection: ReportedConnection) => void;
  /** It reports findings by fingerprint, for which they are gathered. */
  readonly needsFindings: boolean;
  /** Loads what it needs at the end. */
  readonly load?: () => Promise<void>;
  readonly finish: (run: CheckedRun) => void;
}
