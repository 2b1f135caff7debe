import type { ReportedConnection } from '../report.ts';
import { dateTime } from '../timestamp.ts';
import { endpoint } from '../wording.ts';

/**
 * One line per connection for grep and awk: columns with a blank between them and none within, `-` for what is not there. Their order
 * is part of the public contract.
 */
const COLUMNS: readonly ((connection: ReportedConnection) => string)[] = [
  ({ id }) => `#${id}`,
  ({ start }) => dateTime(start),
  ({ client }) => endpoint(client),
  ({ server }) => endpoint(server),
  ({ close }) => close.kind,
  ({ close }) => close.closer,
  ({ final }) => final.client,
  ({ final }) => final.server,
  ({ close }) => (close.duration === null ? '-' : String(close.duration)),
  ({ verdict }) => verdict,
  ({ cause }) => cause?.name ?? '-',
  ({ findings }) => [...new Set(findings.map(({ rule }) => rule))].join(',') || '-',
];

/** Number, start, client, server, kind, closer, both final states, seconds that it took, verdict, cause, and rules. */
export function listLine(connection: ReportedConnection): string {
  return `${COLUMNS.map((column) => column(connection)).join(' ')}\n`;
}
