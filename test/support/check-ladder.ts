import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { runCapture } from '../../src/engine/run-capture.ts';
import { PROFILES, type ProfileName } from '../../src/machine/profile.ts';
import type { Report } from '../../src/report/report.ts';
import type { Connection } from '../../src/rules/rule.ts';
import { type LadderOptions, ladder } from './ladder.ts';

export interface CheckLadderOptions extends LadderOptions {
  /** `rfc9293` unless said. */
  readonly profile?: ProfileName;
  /** Seconds; 60 unless said. */
  readonly linger?: number;
}

/** The report of a ladder. */
export function checkLadder(text: string, options: CheckLadderOptions = {}): Promise<Report> {
  return check([{ path: 'ladder.pcap', source: fromBytes(ladder(text, options)) }], {
    ...runOptions(options),
    connections: 'all',
    toolVersion: '0.0.0-test',
  });
}

/** The connections of a ladder as rules see them, by id. */
export function connectionsOfLadder(text: string, options: CheckLadderOptions = {}): Promise<Connection[]> {
  return connectionsOfBytes(ladder(text, options), options);
}

export async function connectionsOfBytes(
  bytes: Uint8Array,
  options: CheckLadderOptions = {},
): Promise<Connection[]> {
  const connections: Connection[] = [];
  const input = { path: 'ladder.pcap', source: fromBytes(bytes) };
  await runCapture(input, 0, runOptions(options), {
    connection: (connection) => {
      connections.push(connection);
    },
  });
  return connections.sort((a, b) => a.flow.id - b.flow.id);
}

function runOptions({ profile = 'rfc9293', linger = 60 }: CheckLadderOptions) {
  return { profile: PROFILES[profile], linger, reader: 'lastack' } as const;
}

/** The opening as a capture half-way sees it: 10 ms to either side and back. */
export const OPEN = `
  +0     > S   0:0(0)           <mss 1460, sackOK, wscale 7>
  +.01   < S.  0:0(0) ack 1     <mss 1460, sackOK, wscale 7>
  +.01   > .   1:1(0) ack 1`;

/** The same next to the client: the server is 40 ms away. */
export const OPEN_NEAR_CLIENT = `
  +0     > S   0:0(0)           <mss 1460, sackOK, wscale 7>
  +.04   < S.  0:0(0) ack 1     <mss 1460, sackOK, wscale 7>
  +0     > .   1:1(0) ack 1`;

/** The same next to the server. */
export const OPEN_NEAR_SERVER = `
  +0     > S   0:0(0)           <mss 1460, sackOK, wscale 7>
  +0     < S.  0:0(0) ack 1     <mss 1460, sackOK, wscale 7>
  +.04   > .   1:1(0) ack 1`;

/** Another connection, so that the capture goes on for so many seconds. */
export function later(seconds: number): string {
  return `
  @ connection 9
  +${seconds}    > S   0:0(0)
  @ connection 1`;
}
