import { IS_LITTLE_ENDIAN } from '../flow/byte-order.ts';
import { WIDTH } from '../flow/log-layout.ts';
import { ROW } from '../flow/row.ts';
import { isWhole, type TableState } from '../flow/table-state.ts';
import type { Profile } from '../machine/profile.ts';
import type { ReportedCapture } from '../report/report.ts';
import type { TimelineState } from './timeline.ts';

/**
 * What a run hands on to the next: its open connections, and the captures that they were in. One line of text, one of
 * JSON, then the rows and the log entries as little-endian 32-bit words.
 */
export interface RunState {
  readonly profile: Profile;
  readonly captures: readonly ReportedCapture[];
  readonly timeline: TimelineState;
}

/** How many connections are in it. */
export function connectionsIn({ timeline }: RunState): number {
  return timeline.table.rows.length / (2 * ROW);
}

const MAGIC = 'lastack state 1\n';

interface Header {
  readonly profile: Profile;
  readonly captures: readonly ReportedCapture[];
  readonly timeline: Omit<TimelineState, 'table'>;
  readonly table: Omit<TableState, 'rows' | 'log'>;
  readonly rows: number;
  readonly entries: number;
}

export function encodeState({ profile, captures, timeline }: RunState): Uint8Array {
  const { table, ...rest } = timeline;
  const { rows, log, ...others } = table;
  const header: Header = {
    profile,
    captures,
    timeline: rest,
    table: others,
    rows: rows.length / (2 * ROW),
    entries: log.length / WIDTH,
  };
  const text = new TextEncoder().encode(`${MAGIC}${JSON.stringify(header)}\n`);
  const bytes = new Uint8Array(text.byteLength + rows.byteLength + log.byteLength);
  bytes.set(text);
  bytes.set(bytesOf(rows), text.byteLength);
  bytes.set(bytesOf(log), text.byteLength + rows.byteLength);
  return bytes;
}

/** Null where the bytes are no state, or not a whole one. */
export function decodeState(bytes: Uint8Array): RunState | null {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length));
  const end = bytes.indexOf(0x0a, MAGIC.length);
  if (text !== MAGIC || end < 0) return null;
  const header = parse(new TextDecoder().decode(bytes.subarray(MAGIC.length, end)));
  if (!header) return null;
  const { profile, captures, timeline, table, rows, entries } = header;
  const rowBytes = rows * 2 * ROW * 4;
  const logBytes = entries * WIDTH * 4;
  if (bytes.byteLength !== end + 1 + rowBytes + logBytes) return null;
  const words = (from: number, length: number): Int32Array =>
    // A copy, also of a Buffer, whose slice() is none.
    new Int32Array(swapped(new Uint8Array(bytes.subarray(from, from + length))).buffer);
  const loaded = { rows: words(end + 1, rowBytes), log: words(end + 1 + rowBytes, logBytes) };
  if (!isWhole(loaded)) return null;
  return { profile, captures, timeline: { ...timeline, table: { ...table, ...loaded } } };
}

function parse(json: string): Header | null {
  try {
    const header: unknown = JSON.parse(json);
    const isHeader =
      typeof header === 'object' && header !== null && 'rows' in header && 'timeline' in header;
    return isHeader ? (header as Header) : null;
  } catch {
    return null;
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return swapped(new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice());
}

/** Words in the order of the file, or back. Changes the bytes. */
function swapped(bytes: Uint8Array): Uint8Array {
  if (IS_LITTLE_ENDIAN) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += 4) view.setInt32(at, view.getInt32(at, true));
  return bytes;
}
