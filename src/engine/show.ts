import type { PacketRecord } from '../capture/record.ts';
import { Decoder } from '../decode/decoder.ts';
import type { Segment } from '../decode/segment.ts';
import { createOptions, readOptions } from '../decode/tcp-options.ts';
import { formatIpv4, formatIpv6 } from '../flow/address.ts';
import type { Flow } from '../flow/flow.ts';
import type { Side } from '../machine/state.ts';
import { buildConnection } from '../report/build-connection.ts';
import { type KeptSegment, showSegments } from '../report/ladder/shown-segments.ts';
import type { ReportedConnection, ShownConnection, ShownSegment } from '../report/report.ts';
import { type CaptureInput, type RunOptions, readerOf, runCapture } from './run-capture.ts';

export interface ShowOptions extends RunOptions {
  readonly toolVersion: string;
}

/**
 * One connection of a capture with every segment and both sides' labels, or null where there is none with that id.
 * Bulk data is not kept while a capture is checked, so its source is read twice.
 */
export async function show(
  input: CaptureInput,
  id: number,
  options: ShowOptions,
): Promise<ShownConnection | null> {
  let found: { flow: Flow; connection: ReportedConnection } | undefined;
  const reused: Flow[] = [];
  const { capture } = await runCapture(input, 0, options, {
    connection: (connection, findings, { epoch }) => {
      const { flow } = connection;
      if (flow.followed || flow.incarnation > 1) reused.push(flow);
      if (flow.id === id) found = { flow, connection: buildConnection(connection, findings, 0, epoch) };
    },
  });
  if (found === undefined) return null;
  const { flow, connection } = found;
  return {
    schema: 'lastack/show/1',
    tool: { name: 'lastack', version: options.toolVersion },
    profile: { name: options.profile.name, msl: options.profile.msl },
    capture,
    connection,
    segments: await readSegments(input, flow, connection, framesOfOthers(flow, reused), options),
  };
}

/**
 * Frames that belong to other incarnations: a late segment of the old one may lie between those of the new one.
 */
function framesOfOthers(flow: Flow, reused: readonly Flow[]): Set<number> {
  const own = new Set(flow.segments.map(({ frame }) => frame));
  const others = reused.filter(({ id }) => id !== flow.id).flatMap(({ segments }) => segments);
  return new Set(others.map(({ frame }) => frame).filter((frame) => !own.has(frame)));
}

async function readSegments(
  { source }: CaptureInput,
  { context }: Flow,
  connection: ReportedConnection,
  others: ReadonlySet<number>,
  { reader, verifyChecksums = false }: ShowOptions,
): Promise<ShownSegment[]> {
  const { first, last } = connection.frames;
  const kept: KeptSegment[] = [];
  const decoder = new Decoder(
    {
      segment(segment) {
        const from = senderOf(segment, connection);
        if (from === null || others.has(segment.frame) || segment.context !== context) return;
        if (segment.frame < first || segment.frame > last) return;
        const options = createOptions();
        readOptions(segment, options);
        const { frame, time, flags, seq, ack, length, window } = segment;
        kept.push({ frame, time, from, flags, seq, ack, length, window, options });
      },
    },
    { verifyChecksums },
  );
  // Those before the first count, too: they may be fragments of it, or give their numbers to tunnels.
  const record = (packet: PacketRecord): void => {
    if (packet.frame <= last) decoder.record(packet);
  };
  const { epoch } = await (await readerOf(reader))(source, { record });
  return showSegments(kept, connection, epoch);
}

/** Which side of the connection sent a segment; null where it is not the connection's. */
function senderOf(segment: Segment, { client, server }: ReportedConnection): Side | null {
  const { sourcePort, destinationPort } = segment;
  const source = addressOf(segment, 'source');
  const destination = addressOf(segment, 'destination');
  const matches = (from: typeof client, to: typeof client): boolean =>
    sourcePort === from.port &&
    destinationPort === to.port &&
    source === from.address &&
    destination === to.address;
  if (matches(client, server)) return 'client';
  return matches(server, client) ? 'server' : null;
}

function addressOf(segment: Segment, end: 'source' | 'destination'): string {
  const low = segment[`${end}3`];
  if (segment.ipVersion === 4) return formatIpv4(low);
  return formatIpv6([segment[`${end}0`], segment[`${end}1`], segment[`${end}2`], low]);
}
