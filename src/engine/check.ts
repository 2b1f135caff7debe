import { buildConnection } from '../report/build-connection.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { SummaryCounter } from '../report/summary.ts';
import { type CaptureInput, type RunOptions, runCapture } from './run-capture.ts';

export type { CaptureInput } from './run-capture.ts';

export interface CheckOptions extends RunOptions {
  /** Which connections the report lists; its summary always counts all. */
  readonly connections: 'all' | 'findings' | 'none';
  readonly toolVersion: string;
  /** Called when a capture has been read and its connections are final. */
  readonly onCapture?: (capture: ReportedCapture, index: number) => void;
  /** Called with each connection as it becomes final, whatever `connections` says. */
  readonly onConnection?: (connection: ReportedConnection) => void;
}

/**
 * Checks captures one after another and returns the report. Connections are numbered through over all of them, in the
 * order of their first frames, and listed in that order.
 *
 * @throws only what a source throws: faults of the bytes are diagnostics of their capture
 */
export async function check(inputs: Iterable<CaptureInput>, options: CheckOptions): Promise<Report> {
  const captures: ReportedCapture[] = [];
  const connections: ReportedConnection[] = [];
  const counter = new SummaryCounter();
  let nextId = 0;
  for (const input of inputs) {
    const index = captures.length;
    const read = await runCapture(input, nextId, options, (connection, findings, epoch) => {
      const reported = buildConnection(connection, findings, index, epoch);
      counter.count(reported);
      options.onConnection?.(reported);
      const listed =
        options.connections === 'all' || (options.connections === 'findings' && findings.length > 0);
      if (listed) connections.push(reported);
    });
    nextId = read.nextId;
    captures.push(read.capture);
    options.onCapture?.(read.capture, index);
  }
  return {
    schema: 'lastack/report/1',
    tool: { name: 'lastack', version: options.toolVersion },
    profile: { name: options.profile.name, msl: options.profile.msl },
    captures,
    summary: counter.summary(),
    connections: connections.sort((a, b) => a.id - b.id),
  };
}
