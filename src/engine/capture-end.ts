import type { CaptureReader } from '../capture/capture-reader.ts';
import { withCompression } from '../capture/read-capture.ts';
import type { CaptureInfo, Diagnostic } from '../capture/record.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { Unkept } from '../flow/memory-bound.ts';
import type { ReportedCapture } from '../report/report.ts';
import { formatTimestamp } from '../report/timestamp.ts';
import type { Timeline } from './timeline.ts';

/** What is known of a capture once it has been read. */
export interface CaptureEnd {
  readonly info: CaptureInfo;
  /** What the decoder passed over. */
  readonly decoded: readonly Diagnostic[];
  readonly segments: number;
  readonly firstFrame: number;
  /** What there was no memory for. */
  readonly unkept: Unkept | null;
}

/** Ends a capture that was pushed through a reader. */
export function endCapture(reader: CaptureReader, decoder: Decoder, timeline: Timeline): CaptureEnd {
  const info = reader.end();
  return endOf(info, decoder, timeline);
}

/** Ends a capture that was read. */
export function endOf(info: CaptureInfo, decoder: Decoder, timeline: Timeline): CaptureEnd {
  const finished = timeline.finish(info);
  const others = finished.segments === 0 ? decoder.others() : [];
  return { info, decoded: [...decoder.diagnostics(), ...others], ...finished };
}

/** The same as the report has it, with what was found around its bytes. */
export function describeCapture(
  path: string,
  { info, decoded, segments, firstFrame, unkept }: CaptureEnd,
  around: Parameters<typeof withCompression>[1] = { compression: info.compression, fault: null },
): ReportedCapture {
  const { format, compression, timestampResolution, linkTypes, records, diagnostics, epoch, start, end } =
    withCompression(info, around);
  return {
    path,
    format,
    compression,
    timestampResolution,
    linkTypes,
    records,
    segments,
    firstFrame,
    start: records === 0 ? null : formatTimestamp(epoch, start),
    end: records === 0 ? null : formatTimestamp(epoch, end),
    diagnostics: [...diagnostics, ...decoded, ...(unkept === null ? [] : [beyondMemory(unkept)])],
  };
}

function beyondMemory({ segments, unread, firstFrame }: Unkept): Diagnostic {
  const rest = unread === 0 ? '' : ` ${unread} behind them were not looked at.`;
  return {
    code: 'memory-exceeded',
    offset: null,
    message: `The connections that are open at once need more than --max-memory: from frame ${firstFrame} on, ${segments} segments of further connections were left out.${rest} Raise --max-memory, or cut the capture.`,
  };
}
