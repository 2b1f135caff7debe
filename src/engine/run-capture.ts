import type { ByteSource } from '../capture/byte-source.ts';
import { type Clock, readCapture } from '../capture/read-capture.ts';
import type { CaptureInfo } from '../capture/record.ts';
import { Decoder } from '../decode/decoder.ts';
import type { Segment, SegmentSink } from '../decode/segment.ts';
import { ConnectionTable } from '../flow/connection-table.ts';
import type { Flow } from '../flow/flow.ts';
import type { Profile } from '../machine/profile.ts';
import type { ReportedCapture } from '../report/report.ts';
import { formatTimestamp } from '../report/timestamp.ts';
import type { Finding } from '../rules/finding.ts';
import type { Connection } from '../rules/rule.ts';
import { runRules } from '../rules/run-rules.ts';
import { Judge } from './judge.ts';

/** One capture to read. */
export interface CaptureInput {
  /** How the report names it: a path, or `-` for standard input. */
  readonly path: string;
  readonly source: ByteSource;
}

export interface RunOptions {
  readonly profile: Profile;
  /** Seconds that a side may take to close before it counts as leaking. */
  readonly linger: number;
  /** Which package walks the records; `pcap-parser` reads classic microsecond captures only. */
  readonly reader: 'lastack' | 'pcap-parser';
  /** Called now and then with the bytes read of the capture at hand. */
  readonly onProgress?: (path: string, bytes: number) => void;
}

/** Takes each connection as it becomes final, with its findings; `epoch` is what its times count from. */
export type ConnectionSink = (connection: Connection, findings: readonly Finding[], epoch: bigint) => void;

/** Reads one capture from bytes to findings. Returns what is known of it and the next free connection id. */
export async function runCapture(
  { path, source }: CaptureInput,
  firstId: number,
  { profile, linger, reader, onProgress }: RunOptions,
  onConnection: ConnectionSink,
): Promise<{ capture: ReportedCapture; nextId: number }> {
  const judge = new Judge(profile, linger);
  let clock: Clock = { epoch: 0n };
  const onFlow = (flow: Flow): void => {
    const connection = judge.connection(flow);
    onConnection(connection, runRules(connection), clock.epoch);
  };
  const sink = new CountingSink(new ConnectionTable({ profile, firstId, onFlow }));
  const decoder = new Decoder(sink);
  const read = await readerOf(reader);
  const info = await read(source, decoder, {
    onClock: (started) => {
      clock = started;
    },
    onProgress: (bytes) => onProgress?.(path, bytes),
  });
  info.diagnostics.push(...decoder.diagnostics());
  const nextId = sink.table.end(info.end);
  return { capture: describe(path, info, sink.segments), nextId };
}

/** What walks the records of a capture; the second reader is loaded only when it is asked for. */
export async function readerOf(reader: RunOptions['reader']): Promise<typeof readCapture> {
  if (reader === 'lastack') return readCapture;
  const { readWithPcapParser } = await import('../capture/pcap-parser-reader.ts');
  return readWithPcapParser;
}

class CountingSink implements SegmentSink {
  segments = 0;
  readonly table: ConnectionTable;

  constructor(table: ConnectionTable) {
    this.table = table;
  }

  segment(segment: Segment): void {
    this.segments += 1;
    this.table.segment(segment);
  }
}

function describe(path: string, info: CaptureInfo, segments: number): ReportedCapture {
  const { format, compression, timestampResolution, linkTypes, records, diagnostics, epoch } = info;
  return {
    path,
    format,
    compression,
    timestampResolution,
    linkTypes,
    records,
    segments,
    start: records === 0 ? null : formatTimestamp(epoch, info.start),
    end: records === 0 ? null : formatTimestamp(epoch, info.end),
    diagnostics,
  };
}
