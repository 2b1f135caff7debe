import type { ByteSource } from '../capture/byte-source.ts';
import { readCapture } from '../capture/read-capture.ts';
import { Decoder } from '../decode/decoder.ts';
import type { Profile } from '../machine/profile.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReportedCapture } from '../report/report.ts';
import type { PortRange } from '../rules/time-wait/time-wait-pressure.ts';
import { describeCapture, endOf } from './capture-end.ts';
import { type ConnectionSink, Timeline } from './timeline.ts';

/** 4 GiB. */
export const DEFAULT_MEMORY = 4_294_967_296;

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
  /** Leave out segments whose TCP checksum is wrong: not for captures on a sending host with checksum offload. */
  readonly verifyChecksums?: boolean;
  /** The ports that clients have; as they were seen, or as Linux hands them out, unless said. */
  readonly ports?: PortRange;
  /** What a configuration makes of the findings; as the rules have them unless said. */
  readonly policy?: Policy;
  /** Bytes that live connections may take; {@link DEFAULT_MEMORY} unless said. What is given up beyond: docs/input.md, Limits. */
  readonly maxMemory?: number;
  /** Called now and then with the bytes read of the capture at hand. */
  readonly onProgress?: (path: string, bytes: number) => void;
}

/** Reads one capture, by itself, from bytes to findings. */
export async function runCapture(
  input: CaptureInput,
  firstId: number,
  options: RunOptions,
  sink: ConnectionSink,
): Promise<{ capture: ReportedCapture; nextId: number }> {
  const timeline = new Timeline(options, firstId, sink);
  const capture = await readInto(timeline, input, 0, false, options);
  return { capture, nextId: timeline.end() };
}

/** Reads a capture into a timeline; `mayJoin` when its name says that it goes on where the one before it ended. */
export async function readInto(
  timeline: Timeline,
  { path, source }: CaptureInput,
  index: number,
  mayJoin: boolean,
  { reader, verifyChecksums = false, onProgress }: RunOptions,
): Promise<ReportedCapture> {
  const { contexts, reassembly } = timeline;
  const decoder = new Decoder(timeline, { verifyChecksums, contexts, reassembly });
  const read = await readerOf(reader);
  const info = await read(source, decoder, {
    onClock: (clock) => timeline.begin(index, mayJoin, clock),
    onProgress: (bytes) => onProgress?.(path, bytes),
  });
  return describeCapture(path, endOf(info, decoder, timeline));
}

/** What walks the records of a capture; the second reader is loaded only when it is asked for. */
export async function readerOf(reader: RunOptions['reader']): Promise<typeof readCapture> {
  if (reader === 'lastack') return readCapture;
  const { readWithPcapParser } = await import('../capture/pcap-parser-reader.ts');
  return readWithPcapParser;
}
