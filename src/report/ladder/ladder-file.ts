import { type CheckedRun, captureName } from '../checked-run.ts';
import type { ReportedConnection } from '../report.ts';
import type { DistinctFinding } from '../summary/distinct-findings.ts';
import { introLines, outroLines } from '../text/format-show.ts';
import { endpoint, wrap } from '../wording.ts';
import type { Ladder } from './ladder.ts';

/** Where a finding stands in the file; lines count from 0. */
export interface Lines {
  readonly finding: readonly [first: number, last: number];
  /** The frames that it names and that are drawn, with their lines. */
  readonly frames: readonly (readonly [frame: number, line: number])[];
}

/** A text file of the ladders of all connections that show the findings, each once, and where each finding stands. */
export function layOutLadders(
  findings: readonly DistinctFinding[],
  run: CheckedRun,
): { text: string; lines: readonly string[]; places: ReadonlyMap<DistinctFinding, Lines> } {
  const { version } = run.report.tool;
  const lines = [
    `// Connections with findings, drawn by lastack ${version}; lastack show draws them in full.`,
  ];
  const places = new Map<DistinctFinding, Lines>();
  const begins = new Map<ReportedConnection, number>();
  for (const one of findings) {
    if (one.sample === null) {
      const text = wholeRunLines(one);
      lines.push('', ...text);
      places.set(one, { finding: [lines.length - text.length, lines.length - 1], frames: [] });
      continue;
    }
    const { connection, ladder } = one.sample;
    const begin = begins.get(connection) ?? append(lines, connection, ladder, run);
    begins.set(connection, begin);
    places.set(one, placeOf(one, connection, ladder, begin));
  }
  return { text: `${lines.join('\n')}\n`, lines, places };
}

/** Returns the line at which the ladder itself begins. */
function append(lines: string[], connection: ReportedConnection, ladder: Ladder, run: CheckedRun): number {
  lines.push('', ...introLines(connection, captureName(run, connection.capture)), '');
  const begin = lines.length;
  lines.push(...ladder.lines, '', ...outroLines(connection));
  return begin;
}

function placeOf(
  { finding }: DistinctFinding,
  connection: ReportedConnection,
  ladder: Ladder,
  begin: number,
): Lines {
  const [first, last] = ladder.findings[connection.findings.indexOf(finding)] ?? [0, 0];
  const frames = finding.frames.flatMap((frame) => {
    const line = ladder.frames[frame];
    return line === undefined ? [] : [[frame, begin + line] as const];
  });
  return { finding: [begin + first, begin + last], frames };
}

function wholeRunLines({ finding, service }: DistinctFinding): string[] {
  const text = `${finding.tier} ${finding.rule} at ${endpoint(service)}: ${finding.message} (${finding.clause})`;
  return wrap(text, 77).map((line) => `// ${line}`);
}
