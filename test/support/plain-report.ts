import type { EngineOptions } from '../../src/engine/check.ts';
import { Collector } from '../../src/engine/collector.ts';
import { type CaptureInput, readInto } from '../../src/engine/run-capture.ts';
import { Timeline } from '../../src/engine/timeline.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import type { Report } from '../../src/report/report.ts';
import { tallyConnection } from '../../src/report/summary/tally.ts';

/** What `check` reports of a capture where every connection takes the plain path, and is reported before it is counted. */
export async function plainReport(input: CaptureInput, options: EngineOptions): Promise<Report> {
  const collector = new Collector(options);
  const timeline = new Timeline(options, 0, {
    connection: (connection, findings, { epoch, capture }) => {
      const tally = tallyConnection(connection, findings, epoch);
      const reported = buildConnection(connection, findings, capture, epoch);
      collector.connection(tally, reported, () => connection, epoch);
    },
  });
  const capture = await readInto(timeline, input, 0, false, options);
  timeline.end();
  return collector.report([capture]);
}
