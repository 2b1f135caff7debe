import type { ByteSource } from '../capture/byte-source.ts';
import { type Clock, readCapture } from '../capture/read-capture.ts';
import type { CaptureInfo } from '../capture/record.ts';
import { Decoder } from '../decode/decoder.ts';
import type { Segment, SegmentSink } from '../decode/segment.ts';
import { ConnectionTable } from '../flow/connection-table.ts';
import type { Flow } from '../flow/flow.ts';
import type { Profile } from '../machine/profile.ts';
import { buildConnection } from '../report/build-connection.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { SummaryCounter } from '../report/summary.ts';
import { formatTimestamp } from '../report/timestamp.ts';
import { runRules } from '../rules/run-rules.ts';
import { Judge } from './judge.ts';

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
  /** Called when a capture has been read and its connections are final. */
  readonly onCapture?: (capture: ReportedCapture, index: number) => void;
  /** Called with each connection as it becomes final, whatever `connections` says. */
  readonly onConnection?: (connection: ReportedConnection) => void;
  /** Called now and then with the bytes read of the capture at hand. */
  readonly onProgress?: (path: string, bytes: number) => void;
}

/**
 * Checks captures one after another and returns the report. Connections are numbered through over all of them, in the
 * order of their first frames, and listed in that order.
 *
 * @throws only what a source throws: faults of the bytes are diagnostics of their capture
 */
export async function check(inputs: Iterable<CaptureInput>, options: CheckOptions): Promise<Report> {
  const captures: ReportedCapture[] = [];
  const connections: ReportedConnection[] = [];
  const counter = new SummaryCounter();
  let nextId = 0;
  for (const input of inputs) {
    const capture = captures.length;
    const keep = (connection: ReportedConnection): void => {
      counter.count(connection);
      options.onConnection?.(connection);
      const worthListing = connection.findings.length > 0;
      if (options.connections === 'all' || (options.connections === 'findings' && worthListing)) {
        connections.push(connection);
      }
    };
    const read = await checkOne(input, capture, nextId, options, keep);
    nextId = read.nextId;
    captures.push(read.capture);
    options.onCapture?.(read.capture, capture);
  }
  return {
    schema: 'lastack/report/1',
    tool: { name: 'lastack', version: options.toolVersion },
    profile: { name: options.profile.name, msl: options.profile.msl },
    captures,
    summary: counter.summary(),
    connections: connections.sort((a, b) => a.id - b.id),
  };
}

async function checkOne(
  { path, source }: CaptureInput,
  capture: number,
  firstId: number,
  options: CheckOptions,
  keep: (connection: ReportedConnection) => void,
): Promise<{ capture: ReportedCapture; nextId: number }> {
  const { profile, linger } = options;
  const judge = new Judge(profile, linger);
  let clock: Clock = { epoch: 0n };
  const onFlow = (flow: Flow): void => {
    const connection = judge.connection(flow);
    keep(buildConnection(connection, runRules(connection), capture, clock.epoch));
  };
  const table = new CountingSink(new ConnectionTable({ profile, firstId, onFlow }));
  const decoder = new Decoder(table);
  const info = await readerOf(options.reader).then((read) =>
    read(source, decoder, {
      onClock: (started) => {
        clock = started;
      },
      onProgress: (bytes) => options.onProgress?.(path, bytes),
    }),
  );
  info.diagnostics.push(...decoder.diagnostics());
  const nextId = table.table.end();
  return { capture: buildCapture(path, info, table.segments), nextId };
}

async function readerOf(reader: CheckOptions['reader']): Promise<typeof readCapture> {
  if (reader === 'lastack') return readCapture;
  return (await import('../capture/pcap-parser-reader.ts')).readWithPcapParser;
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

function buildCapture(path: string, info: CaptureInfo, segments: number): ReportedCapture {
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
