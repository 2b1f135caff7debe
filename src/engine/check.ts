import { judgesRegular } from '../policy/policy.ts';
import { PolicyTally } from '../policy/policy-tally.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { Ladder } from '../report/ladder.ts';
import { ladderOf } from '../report/ladder-of.ts';
import { RegularTally } from '../report/regular-tally.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { SummaryCounter } from '../report/summary.ts';
import { tallyOf } from '../report/tally.ts';
import { worstFirst } from '../report/worst-first.ts';
import { inRotationOrder, isRotation } from './rotation.ts';
import { type CaptureInput, type RunOptions, readInto } from './run-capture.ts';
import { Timeline } from './timeline.ts';

export type { CaptureInput } from './run-capture.ts';

export interface CheckOptions extends RunOptions {
  /**
   * Which connections the report lists; its summary always counts all. `worst`: those that are not conformant, the worst
   * 1,000 of them, so that memory does not grow with what has passed.
   */
  readonly connections: 'all' | 'findings' | 'worst' | 'none';
  readonly toolVersion: string;
  /** Called when a capture has been read; connections that are open then become final later. */
  readonly onCapture?: (capture: ReportedCapture, index: number) => void;
  /**
   * Called with each connection as it becomes final, whatever `connections` says. `ladder` draws it from the segments
   * that are still at hand; it must be called at once or never.
   */
  readonly onConnection?: (connection: ReportedConnection, ladder: () => Ladder) => void;
}

const WORST = 1000;

const LISTS: Readonly<Record<CheckOptions['connections'], (connection: ReportedConnection) => boolean>> = {
  all: () => true,
  findings: ({ findings }) => findings.length > 0,
  worst: ({ verdict }) => verdict !== 'conformant',
  none: () => false,
};

/** Somebody wants to see connections that conform. */
function listsConformant({ connections, onConnection, policy }: CheckOptions): boolean {
  const isJudged = policy !== undefined && judgesRegular(policy);
  return isJudged || onConnection !== undefined || connections === 'all' || connections === 'findings';
}

/**
 * Checks captures one after another and returns the report. Connections are numbered through over all of them, in the
 * order of their first frames, and listed in that order. The files of one rotated capture are one timeline:
 * connections go on from one to the next, and frames count on.
 *
 * @throws only what a source throws: faults of the bytes are diagnostics of their capture
 */
export async function check(inputs: Iterable<CaptureInput>, options: CheckOptions): Promise<Report> {
  const captures: ReportedCapture[] = [];
  let connections: ReportedConnection[] = [];
  const counter = new SummaryCounter(options.profile.msl);
  const regularTally = new RegularTally(2 * options.profile.msl * 1e9);
  const policyTally = options.policy === undefined ? null : new PolicyTally(options.policy);
  const timeline = new Timeline(options, 0, {
    connection: (connection, findings, { epoch, capture }) => {
      const reported = buildConnection(connection, findings, capture, epoch);
      counter.count(tallyOf(reported));
      policyTally?.count(reported);
      options.onConnection?.(reported, () => ladderOf(connection, reported, epoch));
      if (LISTS[options.connections](reported)) connections.push(reported);
      if (options.connections === 'worst' && connections.length >= 2 * WORST) {
        connections = worstFirst(connections).slice(0, WORST);
      }
    },
    // What conforms is only counted.
    ...(listsConformant(options)
      ? {}
      : { regular: (close, epoch) => counter.count(regularTally.of(close, epoch)) }),
  });
  let previous: CaptureInput | null = null;
  for (const input of inRotationOrder([...inputs])) {
    const index = captures.length;
    const mayJoin = previous !== null && isRotation(previous.path, input.path);
    const capture = await readInto(timeline, input, index, mayJoin, options);
    captures.push(capture);
    options.onCapture?.(capture, index);
    previous = input;
  }
  timeline.end();
  return {
    schema: 'lastack/report/1',
    tool: { name: 'lastack', version: options.toolVersion },
    profile: { name: options.profile.name, msl: options.profile.msl },
    captures,
    summary: counter.summary(),
    ...policyTally?.report(counter.summary()),
    connections: connections.sort((a, b) => a.id - b.id),
  };
}
