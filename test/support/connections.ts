import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { runCapture } from '../../src/engine/run-capture.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { ReportedCapture } from '../../src/report/report.ts';
import type { Finding } from '../../src/rules/finding.ts';
import type { Connection } from '../../src/rules/rule.ts';

export interface Judged {
  readonly connection: Connection;
  readonly findings: readonly Finding[];
  /** What the connection's times count from. */
  readonly epoch: bigint;
}

/** Every connection of a capture with its findings, under the profile `linux`, by id. */
export async function connectionsOf(
  capture: string | Uint8Array,
): Promise<{ capture: ReportedCapture; connections: Judged[] }> {
  const connections: Judged[] = [];
  const input =
    typeof capture === 'string'
      ? { path: capture, source: openFile(capture) }
      : { path: '-', source: fromBytes(capture) };
  const run = await runCapture(
    input,
    0,
    { profile: PROFILES.linux, linger: 60, reader: 'lastack' },
    {
      connection: (connection, findings, { epoch }) => {
        connections.push({ connection, findings, epoch });
      },
    },
  );
  connections.sort((a, b) => a.connection.flow.id - b.connection.flow.id);
  return { capture: run.capture, connections };
}
