import type { Tier } from '../../rules/finding.ts';
import type { ReportedConnection } from '../report.ts';
import { shownPath } from '../visible.ts';

type Cell = string | number | null;

/** The columns, in order; their names are part of the public contract. Times are epoch seconds, durations seconds. */
const COLUMNS: Readonly<Record<string, (connection: ReportedConnection, path: string) => Cell>> = {
  id: ({ id }) => id,
  incarnation: ({ incarnation }) => incarnation,
  capture: (_, path) => shownPath(path),
  client_address: ({ client }) => client.address,
  client_port: ({ client }) => client.port,
  server_address: ({ server }) => server.address,
  server_port: ({ server }) => server.port,
  roles: ({ roles }) => roles,
  first_frame: ({ frames }) => frames.first,
  last_frame: ({ frames }) => frames.last,
  segments: ({ frames }) => frames.count,
  start: ({ start }) => start,
  end: ({ end }) => end,
  client_bytes: ({ bytes }) => bytes.client,
  server_bytes: ({ bytes }) => bytes.server,
  close_kind: ({ close }) => close.kind,
  closer: ({ close }) => close.closer,
  close_start: ({ close }) => close.start,
  close_duration: ({ close }) => close.duration,
  idle: ({ close }) => close.idle,
  cause: ({ cause }) => cause?.name ?? null,
  cause_side: ({ cause }) => cause?.side ?? null,
  client_final: ({ final }) => final.client,
  server_final: ({ final }) => final.server,
  verdict: ({ verdict }) => verdict,
  violations: (connection) => countOf(connection, 'violation'),
  suspects: (connection) => countOf(connection, 'suspect'),
  inconclusives: (connection) => countOf(connection, 'inconclusive'),
  notes: (connection) => countOf(connection, 'note'),
  rules: ({ findings }) => [...new Set(findings.map(({ rule }) => rule))].join(' '),
  history: ({ history }) => history,
  filter: ({ filter }) => filter,
};

/** Connections as comma-separated values (RFC 4180, with a header): the first line. */
export function csvHeader(): string {
  return line(Object.keys(COLUMNS));
}

/** @param path of the capture that holds its first frame */
export function csvLine(connection: ReportedConnection, path: string): string {
  return line(Object.values(COLUMNS).map((cell) => cell(connection, path)));
}

function countOf({ findings }: ReportedConnection, wanted: Tier): number {
  return findings.filter(({ tier }) => tier === wanted).length;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

/** Text that a spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets hide. */
function field(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^\s*[=+\-@|\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
