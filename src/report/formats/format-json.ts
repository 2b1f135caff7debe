import { jsonText } from '../json-text.ts';
import type { Report, ShownConnection } from '../report.ts';

/** The report as one JSON document, in pieces: the head indented, then one connection a line. */
export function* formatJson(report: Report): Generator<string, void, void> {
  const { connections, ...head } = report;
  const opening = jsonText(head, 2).replace(/\n}$/, '');
  yield `${opening},\n  "connections": [`;
  for (const [index, connection] of connections.entries()) {
    yield `${index === 0 ? '' : ','}\n    ${jsonText(connection)}`;
  }
  yield connections.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}

/** What `show --format json` prints, one segment a line. */
export function formatShowJson(shown: ShownConnection): string {
  const { segments, ...head } = shown;
  const opening = jsonText(head, 2).replace(/\n}$/, '');
  const lines = segments.map((segment) => `    ${jsonText(segment)}`).join(',\n');
  return `${opening},\n  "segments": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`;
}
