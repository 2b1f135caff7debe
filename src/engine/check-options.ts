import type { ChoosesConnection } from '../policy/chosen.ts';
import type { ReportLadder } from '../report/ladder/ladder.ts';
import type { ReportedCapture, ReportedConnection } from '../report/report.ts';
import type { Tally } from '../report/summary/tally.ts';
import type { Connection } from '../rules/rule.ts';
import type { RunOptions } from './run-capture.ts';
import type { RunState } from './run-state.ts';

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
  readonly onConnection?: (connection: ReportedConnection, ladder: () => ReportLadder) => void;
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
   * Called in place of `onConnection` for a connection that ended regularly, if `connections` lists none of
   * these: its findings, and its line of NDJSON as bytes that are valid until the next call.
   */
  readonly onLine?: (tally: Pick<Tally, 'findings'>, line: () => Uint8Array) => void;
  /**
   * Called with each connection as it becomes final, besides `onConnection`. `judged` is what the model and the rules made of it,
   * with the segments that are still at hand; call it at once or never, and with one thread only.
   * Its times count from `epoch`, nanoseconds since 1970.
   */
  readonly onJudged?: (connection: ReportedConnection, judged: () => Connection, epoch: bigint) => void;
  /** Which connections are reported and counted; the clock and the health are those of the whole capture. All unless said. */
  readonly chooses?: ChoosesConnection;
  /** Whether a capture is not to be begun any more. */
  readonly isStopped?: (path: string) => boolean;
  /** Whether the source of a capture was ended before its end. */
  readonly isCut?: (path: string) => boolean;
}
