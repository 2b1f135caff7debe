import type { ByteSource } from '../capture/byte-source.ts';
import type { Profile } from '../machine/profile.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';

/** One capture to read. */
export interface CaptureInput {
  /** How the report names it: a path, or `-` for standard input. */
  readonly path: string;
  readonly source: ByteSource;
}

export interface CheckOptions {
  readonly profile: Profile;
  /** Seconds that a side may take to close before it counts as leaking. */
  readonly linger: number;
  readonly reader: 'lastack' | 'pcap-parser';
  /** Which connections the report lists; its summary always counts all. */
  readonly connections: 'all' | 'findings' | 'none';
  readonly toolVersion: string;
  /** Called when a capture has been read, before its connections that are open at its end. */
  readonly onCapture?: (capture: ReportedCapture, index: number) => void;
  /** Called with each connection as it becomes final, whatever `connections` says. */
  readonly onConnection?: (connection: ReportedConnection) => void;
  /** Called now and then with the bytes read of the capture at hand. */
  readonly onProgress?: (path: string, bytes: number) => void;
}

/** Checks captures one after another. Faults of the bytes are diagnostics of the captures; only I/O errors throw. */
export async function check(_inputs: Iterable<CaptureInput>, _options: CheckOptions): Promise<Report> {
  throw new Error('not written yet');
}
