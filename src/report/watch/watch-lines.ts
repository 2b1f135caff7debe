import { jsonText } from '../json-text.ts';
import type { Report, ReportedCapture, Summary } from '../report.ts';
import type { WatchedFinding, WatchMoment } from './watch-report.ts';

/** Lines of NDJSON of `lastack watch`: moments and findings as they come, and at the end the capture and the summary. */
export function momentLine(moment: WatchMoment): string {
  return line({ type: 'moment', ...moment });
}

export function findingLine({ finding, ...about }: WatchedFinding): string {
  return line({ type: 'finding', ...about, ...finding });
}

export function endLines(
  { tool, profile }: Pick<Report, 'tool' | 'profile'>,
  capture: ReportedCapture,
  summary: Summary,
): string {
  const schema = 'lastack/watch/1';
  return (
    line({ type: 'capture', index: 0, ...capture }) +
    line({ type: 'summary', schema, tool, profile, ...summary })
  );
}

function line(value: object): string {
  return `${jsonText(value)}\n`;
}
