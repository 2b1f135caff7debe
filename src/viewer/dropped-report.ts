import validate from 'virtual:report-validator';
import type { PageData } from '../report/html/page-data.ts';
import type { Report } from '../report/report.ts';
import { worstFirst } from '../report/summary/worst-first.ts';

/** A report that was dropped in place of a capture, as `--format json` or `--format ndjson` wrote it; null where it is none. */
export async function droppedReport(file: File, most: number): Promise<PageData | null> {
  if (!/\.(json|ndjson|jsonl)$/i.test(file.name)) return null;
  const text = await file.text();
  const report = /\.json$/i.test(file.name) ? parsed(text, file.name) : fromLines(text, file.name);
  // Whatever is drawn is held to the schema first: it may come from anybody.
  if (!validate(report)) {
    const [fault] = validate.errors ?? [];
    throw new Error(
      `${file.name} is no report of this version: ${fault?.instancePath || '/'} ${fault?.message ?? ''}.`,
    );
  }
  const whole = report as Report;
  const drawings = worstFirst(whole.connections)
    .slice(0, most)
    .map((connection) => ({ connection, rungs: [] }));
  return { report: whole, drawings, series: [], ports: null };
}

/** Lines as `format-ndjson.ts` writes them: the last one has the summary among the fields of the report. */
function fromLines(text: string, name: string): unknown {
  const captures: object[] = [];
  const connections: { readonly id?: number }[] = [];
  let head: object = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const { type, ...value } = parsed(line, name) as Partial<Report> & {
      type?: string;
      index?: number;
      id?: number;
    };
    if (type === 'connection') connections.push(value);
    else if (type === 'capture') {
      const { index: _, ...capture } = value;
      captures.push(capture);
    } else if (type === 'summary') head = headOf(value);
  }
  // They were written as they became final.
  connections.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  return { ...head, captures, connections };
}

function headOf(line: Partial<Report>): object {
  const { schema, tool, profile, policy, baseline, chosen, ...summary } = line;
  return {
    schema,
    tool,
    profile,
    summary,
    ...(policy && { policy }),
    ...(baseline && { baseline }),
    ...(chosen && { chosen }),
  };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is no JSON.`);
  }
}
