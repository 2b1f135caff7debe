import type { Segment } from '../decode/segment.ts';
import { isBare, type TracedTuple, traceOf } from '../evidence/traced.ts';
import { TupleFilter, tupleOf } from '../evidence/tuple.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { RunOptions } from './run-capture.ts';
import { runCaptures } from './run-captures.ts';
import type { SelectedStretch } from './select-connections.ts';
import { type ConnectionSink, Timeline } from './timeline.ts';

/** Reads a stretch of time once more, and keeps all connections and all frames of the selected 4-tuples. */
export async function traceConnections(
  { inputs, firstId, tuples }: SelectedStretch,
  options: RunOptions,
): Promise<ReadonlyMap<string, TracedTuple>> {
  const traced = new Map<string, TracedTuple>();
  for (const tuple of tuples) traced.set(tuple, { connections: [], frames: [], bare: [] });
  const tracer = new Tracer(options, firstId, traced, {
    connection: (connection, findings, { epoch, capture }) => {
      const tuple = traced.get(tupleOf(connection.flow.client, connection.flow.server));
      tuple?.connections.push(traceOf(connection, buildConnection(connection, findings, capture, epoch)));
    },
  });
  await runCaptures(tracer, inputs, options);
  for (const { connections } of traced.values()) {
    connections.sort((a, b) => a.reported.frames.first - b.reported.frames.first);
  }
  return traced;
}

/** A timeline that writes down the frames of chosen 4-tuples. */
class Tracer extends Timeline {
  private readonly traced: ReadonlyMap<string, TracedTuple>;
  private readonly filter: TupleFilter;

  constructor(
    options: RunOptions,
    firstId: number,
    traced: ReadonlyMap<string, TracedTuple>,
    sink: ConnectionSink,
  ) {
    super(options, firstId, sink);
    this.traced = traced;
    this.filter = new TupleFilter(new Set(traced.keys()));
  }

  override segment(segment: Segment): void {
    super.segment(segment);
    const name = this.filter.find(segment);
    const tuple = name === null ? undefined : this.traced.get(name);
    // From here on the frame is counted over all files of the rotation.
    tuple?.frames.push(segment.frame);
    tuple?.bare.push(isBare(segment));
  }
}
