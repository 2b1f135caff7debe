import { tupleOf } from '../evidence/tuple.ts';
import type { ChoosesConnection } from '../policy/chosen.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { ReportedCapture } from '../report/report.ts';
import { inRotationOrder } from './rotation.ts';
import type { CaptureInput, RunOptions } from './run-capture.ts';
import { runCaptures } from './run-captures.ts';
import { type ConnectionSink, Timeline } from './timeline.ts';

/** Which connections to extract: those that at least one of these fields names. */
export interface Selection {
  /** By number, as `check` prints it. */
  readonly connections: readonly number[];
  /** Those with a finding of one of these rules, of any tier. */
  readonly rules: readonly string[];
  /** Those with any finding above a note. */
  readonly findings: boolean;
  /** Narrows the named connections down; selects by itself if the other fields name none. */
  readonly chooses?: ChoosesConnection | null;
}

/** A stretch of time, a capture or the files of a rotation, and what was selected in it. */
export interface SelectedStretch {
  readonly inputs: readonly CaptureInput[];
  readonly captures: readonly ReportedCapture[];
  /** Number of its first connection. */
  readonly firstId: number;
  readonly ids: ReadonlySet<number>;
  readonly tuples: ReadonlySet<string>;
}

/** Checks captures and finds what is selected, by stretch of time; stretches with nothing of it are left out. */
export async function selectConnections(
  inputs: readonly CaptureInput[],
  { connections, rules, findings, chooses }: Selection,
  options: RunOptions,
): Promise<{ captures: ReportedCapture[]; stretches: SelectedStretch[] }> {
  const wanted = new Set(connections);
  const byCapture: { firstId: number; ids: number[]; tuples: string[] }[] = [];
  const namesAny = connections.length > 0 || rules.length > 0 || findings;
  const connection: ConnectionSink['connection'] = (taken, found, { capture, epoch }) => {
    const { flow } = taken;
    byCapture[capture] ??= { firstId: flow.id, ids: [], tuples: [] };
    const own = byCapture[capture];
    own.firstId = Math.min(own.firstId, flow.id);
    const isNamed =
      !namesAny ||
      wanted.has(flow.id) ||
      found.some(({ rule, tier }) => rules.includes(rule) || (findings && tier !== 'note'));
    if (!isNamed || chooses?.(buildConnection(taken, found, capture, epoch), epoch) === false) return;
    own.ids.push(flow.id);
    own.tuples.push(tupleOf(flow.client, flow.server));
  };
  const timeline = new Timeline(options, 0, { connection });
  const captures = await runCaptures(timeline, inputs, options);
  const ordered = inRotationOrder(inputs);
  const starts = captures.flatMap(({ firstFrame }, index) => (firstFrame === 1 ? [index] : []));
  const stretches = starts.map((from, index): SelectedStretch => {
    const to = starts[index + 1] ?? captures.length;
    const own = byCapture.slice(from, to).filter((part) => part !== undefined);
    return {
      inputs: ordered.slice(from, to),
      captures: captures.slice(from, to),
      firstId: Math.min(...own.map(({ firstId }) => firstId)),
      ids: new Set(own.flatMap(({ ids }) => ids)),
      tuples: new Set(own.flatMap(({ tuples }) => tuples)),
    };
  });
  return { captures, stretches: stretches.filter(({ ids }) => ids.size > 0) };
}
