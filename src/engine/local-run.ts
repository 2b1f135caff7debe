import { buildConnection } from '../report/build-connection.ts';
import { ladderOf } from '../report/ladder-of.ts';
import type { ReportedCapture } from '../report/report.ts';
import { tallyConnection } from '../report/tally.ts';
import type { CheckOptions } from './check.ts';
import { type Collector, handlingOf, isWanted, wantedOf } from './collector.ts';
import type { Run } from './run.ts';
import { type CaptureInput, readInto } from './run-capture.ts';
import { Timeline, type TimelineState } from './timeline.ts';

/** A run in the thread that asks for it. */
export class LocalRun implements Run {
  private readonly options: CheckOptions;
  private readonly timeline: Timeline;

  constructor(options: CheckOptions, collector: Collector) {
    this.options = options;
    const handling = handlingOf(options);
    const wanted = wantedOf(options);
    this.timeline = new Timeline(options, 0, {
      connection: (connection, findings, { epoch, capture }) => {
        const tally = tallyConnection(connection, findings, epoch);
        if (!isWanted(wanted, tally)) return collector.connection(tally, null, noLadder);
        const reported = buildConnection(connection, findings, capture, epoch);
        collector.connection(tally, reported, () => ladderOf(connection, reported, epoch));
      },
      ...(handling === 'counted' && {
        regular: (close, epoch) => collector.regular(close, epoch),
      }),
      ...(handling === 'listed' && {
        listed: (close, segments, place, connection) => collector.listed(close, segments, place, connection),
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

function noLadder(): never {
  throw new Error('what is only counted has no ladder');
}
