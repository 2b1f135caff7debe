import { readCapture } from '../../src/capture/read-capture.ts';
import { fromBytes } from '../../src/capture/sources.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { createOptions, readOptions } from '../../src/decode/tcp-options.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { SIDES, type Side, type State } from '../../src/machine/state.ts';
import { optionTexts } from '../../src/report/option-text.ts';
import type { Report, ReportedConnection, ShownConnection, ShownSegment } from '../../src/report/report.ts';
import { formatTimestamp } from '../../src/report/timestamp.ts';

/** The report of a capture in memory, under the default options. */
export function reportOf(bytes: Uint8Array): Promise<Report> {
  return check([{ path: 'test.pcap', source: fromBytes(bytes) }], {
    profile: PROFILES.rfc9293,
    linger: 60,
    reader: 'lastack',
    connections: 'all',
    toolVersion: '0.0.0-test',
  });
}

/** One connection of a capture in memory with all its segments, labelled by the transitions of its report. */
export async function shownOf(bytes: Uint8Array, id = 0): Promise<ShownConnection> {
  const report = await reportOf(bytes);
  const connection = report.connections.find((candidate) => candidate.id === id);
  const capture = report.captures[0];
  if (!connection || !capture) throw new Error(`no connection ${id}`);
  const segments: ShownSegment[] = [];
  const isn: Partial<Record<Side, number>> = {};
  const options = createOptions();
  const own: Segment[] = [];
  const decoder = new Decoder({
    segment(segment) {
      const from = sideOf(segment, connection);
      if (from === null) return;
      const peer: Side = from === 'client' ? 'server' : 'client';
      isn[from] ??= segment.seq;
      if (segment.flags & 0x10) isn[peer] ??= (segment.ack - 1) | 0;
      readOptions(segment, options);
      own.push({ ...segment });
      const hasAck = (segment.flags & 0x10) !== 0;
      segments.push({
        frame: segment.frame,
        time: String(segment.time),
        from,
        flags: [...'FSRPAUEC'].filter((_, bit) => segment.flags & (1 << bit)).join(''),
        seq: segment.seq >>> 0,
        ack: hasAck ? segment.ack >>> 0 : null,
        relativeSeq: (segment.seq - (isn[from] ?? 0)) | 0,
        relativeAck: hasAck ? (segment.ack - (isn[peer] ?? 0)) | 0 : null,
        len: segment.length,
        window: segment.window,
        options: optionTexts(options, isn[peer] ?? 0),
        client: 'CLOSED',
        server: 'CLOSED',
      });
    },
  });
  const info = await readCapture([bytes], decoder);
  return {
    schema: 'lastack/show/1',
    tool: report.tool,
    profile: report.profile,
    capture,
    connection,
    segments: segments.map((segment) => {
      const time = formatTimestamp(info.epoch, Number(segment.time));
      return { ...segment, time, ...labelsAt(segment.frame, connection) };
    }),
  };
}

function labelsAt(frame: number, { transitions }: ReportedConnection): Record<Side, State> {
  const label = (side: Side): State =>
    transitions.filter((t) => t.side === side && t.frame !== null && t.frame <= frame).at(-1)?.to ??
    transitions.find((t) => t.side === side)?.from ??
    'CLOSED';
  return { client: label('client'), server: label('server') };
}

/** Which side sent it; null where it belongs to another connection. */
function sideOf(segment: Segment, { client, server, frames }: ReportedConnection): Side | null {
  if (segment.frame < frames.first || segment.frame > frames.last) return null;
  const ports: Record<Side, number> = { client: client.port, server: server.port };
  const found = SIDES.find(
    (side) =>
      segment.sourcePort === ports[side] &&
      segment.destinationPort === ports[side === 'client' ? 'server' : 'client'],
  );
  return found ?? null;
}
