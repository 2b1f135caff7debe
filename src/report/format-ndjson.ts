import type { Report, ReportedCapture, ReportedConnection } from './report.ts';

/** One line when a capture has been read to its end; its connections point at it by `capture`. */
export function captureLine(capture: ReportedCapture, index: number): string {
  return line({ type: 'capture', index, ...capture });
}

/** One line for a connection, as soon as it is final. */
export function connectionLine(connection: ReportedConnection): string {
  return line({ type: 'connection', ...connection });
}

/** The last line. */
export function summaryLine({
  schema,
  tool,
  profile,
  summary,
  policy,
  baseline,
}: Omit<Report, 'connections'>): string {
  return line({ type: 'summary', schema, tool, profile, ...summary, policy, baseline });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
