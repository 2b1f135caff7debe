import { buildConnection } from '../report/build-connection.ts';
import type { ReportedCapture } from '../report/report.ts';
import { tallyConnection } from '../report/summary/tally.ts';
import type { EngineOptions } from './check-options.ts';
import { type Collector, handlingOf, WantedConnections, wantedOf } from './collector.ts';
import { RegularGate } from './regular-gate.ts';
import type { Run } from './run.ts';
import { type CaptureInput, DEFAULT_MEMORY, readInto } from './run-capture.ts';
import { Timeline, type TimelineState } from './timeline.ts';

/** A run in the thread that asks for it. */
export class LocalRun implements Run {
  private readonly options: EngineOptions;
  private readonly timeline: Timeline;

  constructor(options: EngineOptions, collector: Collector) {
    this.options = options;
    const handling = handlingOf(options);
    const wanted = new WantedConnections(wantedOf(options));
    const gate = new RegularGate(collector.regularPolicy, wanted);
    this.timeline = new Timeline({ maxMemory: DEFAULT_MEMORY, ...options }, 0, {
      connection: (connection, findings, { epoch, capture }) => {
        const tally = tallyConnection(connection, findings, epoch);
        if (!wanted.isWanted(tally)) return collector.connection(tally, null, unasked, epoch);
        const reported = buildConnection(connection, findings, capture, epoch);
        collector.connection(tally, reported, () => connection, epoch);
      },
      ...(handling === 'counted' && {
        mayLeave: gate.mayLeave,
        regular: (close, epoch) => {
          if (gate.leavesCounted(close)) return false;
          collector.regular(close, epoch);
          return true;
        },
      }),
      ...(handling === 'listed' && {
        listed: (close, segments, place, connection) => {
          if (gate.leavesListed(close)) return false;
          collector.listed(close, segments, place, connection);
          return true;
        },
      }),
    });
    if (options.resume) this.timeline.load(options.resume.timeline);
  }

  async read(input: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture> {
    return await readInto(this.timeline, input, index, mayJoin, this.options);
  }

  async end(): Promise<void> {
    this.timeline.end();
  }

  save(): TimelineState {
    return this.timeline.save();
  }

  close(): void {}
}

function unasked(): never {
  throw new Error('what is only counted is not asked for again');
}
