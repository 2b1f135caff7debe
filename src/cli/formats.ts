import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Tally } from '../report/summary/tally.ts';
import type { CheckFlags } from './check-flags.ts';
import type { Format } from './format.ts';
import type { FormatName } from './format-options.ts';
import type { Output } from './output.ts';
import { writeWhole } from './output-file.ts';
import { outputWidth, palette, zoneFor } from './terminal.ts';
import { unwritable } from './unwritable.ts';

type FormatText = typeof import('../report/text/format-text.ts').formatText;

/** Where a format goes. */
export interface Target {
  readonly output: Output;
  /** As it was named; null for standard output. */
  readonly file: string | null;
  /** Paths of the captures, as the report numbers them. */
  readonly captures: readonly string[];
}

/** What is written beside a SARIF report. */
export function ladderFileOf(file: string): string {
  return `${file}.ladders.txt`;
}

/** Each format's module is imported when it is asked for: start-up is felt. */
export const FORMATS: Readonly<Record<FormatName, (flags: CheckFlags, target: Target) => Promise<Format>>> = {
  text: async ({ connections, color, utc }, { output, file }) => {
    let formatText: FormatText | null = null;
    const list = connections ?? 'worst';
    const paint = palette(file === null ? color : color === true);
    return {
      connections: list,
      needsFindings: false,
      load: async () => {
        formatText = (await import('../report/text/format-text.ts')).formatText;
      },
      finish: ({ report, failures }) => {
        // Where nothing could be read, people get the error alone.
        if (file === null && failures.size > 0 && report.summary.connections === 0) return;
        const text = formatText?.(report, {
          palette: paint,
          width: outputWidth(),
          zone: zoneFor(utc),
          list,
        });
        if (text === undefined) throw new TypeError('the text format is not loaded yet');
        output.write([text]);
      },
    };
  },
  json: async ({ connections = 'all' }, { output }) => {
    const { formatJson } = await import('../report/formats/format-json.ts');
    return { connections, needsFindings: false, finish: ({ report }) => output.write(formatJson(report)) };
  },
  ndjson: async ({ connections = 'all' }, { output }) => {
    const { captureLine, connectionLine, summaryLine } = await import('../report/formats/format-ndjson.ts');
    return {
      connections: 'none',
      needsFindings: false,
      onCapture: (capture, index) => output.line(captureLine(capture, index)),
      onConnection: (connection) => {
        if (isListed(connections, connection)) output.line(connectionLine(connection));
      },
      onLine: (tally, line) => {
        if (isListed(connections, tally)) output.append(line());
      },
      finish: ({ report }) => output.write([summaryLine(report)]),
    };
  },
  csv: async ({ connections = 'all' }, { output, captures }) => {
    const { csvHeader, csvLine } = await import('../report/formats/format-csv.ts');
    output.line(csvHeader());
    return {
      connections: 'none',
      needsFindings: false,
      onConnection: (connection) => {
        if (isListed(connections, connection))
          output.line(csvLine(connection, captures[connection.capture] ?? ''));
      },
      finish: () => output.write([]),
    };
  },
  list: async ({ connections = 'all' }, { output }) => {
    const { listLine } = await import('../report/formats/format-list.ts');
    return {
      connections: 'none',
      needsFindings: false,
      onConnection: (connection) => {
        if (isListed(connections, connection)) output.line(listLine(connection));
      },
      finish: () => output.write([]),
    };
  },
  markdown: async (_, { output }) => {
    const { formatMarkdown } = await import('../report/formats/format-markdown.ts');
    return ofFindings((run) => output.write([formatMarkdown(run)]));
  },
  html: async (flags, { output }) => {
    const { htmlFormat } = await import('./html-format.ts');
    return htmlFormat(flags, output);
  },
  junit: async (_, { output }) => {
    const { formatJunit } = await import('../report/formats/format-junit.ts');
    return ofFindings((run) => output.write([formatJunit(run)]));
  },
  tap: async (_, { output }) => {
    const { formatTap } = await import('../report/formats/format-tap.ts');
    return ofFindings((run) => output.write(formatTap(run)));
  },
  sarif: async (_, { output, file }) => {
    const { formatSarif } = await import('../report/formats/format-sarif.ts');
    const beside = file === null ? null : ladderFileOf(file);
    const options = { ladderPath: pathInReport(beside ?? 'lastack.ladders.txt'), embed: beside === null };
    return ofFindings((run) => {
      const { sarif, ladders } = formatSarif(run, options);
      output.write([sarif]);
      if (beside === null) return;
      writeWhole(beside, ladders);
    });
  },
  github: async (_, { output }) => {
    const { formatGithub, githubSummary } = await import('../report/formats/format-github.ts');
    const summary = process.env['GITHUB_STEP_SUMMARY'];
    return ofFindings((run) => {
      output.write([formatGithub(run)]);
      if (summary) appendTo(summary, githubSummary(run));
    });
  },
  gitlab: async (_, { output }) => {
    const { formatGitlab } = await import('../report/formats/format-gitlab.ts');
    return ofFindings((run) => output.write([formatGitlab(run)]));
  },
};

function ofFindings(finish: Format['finish']): Format {
  return { connections: 'none', needsFindings: true, finish };
}

function isListed(
  which: NonNullable<CheckFlags['connections']>,
  { findings }: Pick<Tally, 'findings'>,
): boolean {
  return which === 'all' || (which === 'findings' && findings.length > 0);
}

/** Relative where it lies below the working folder, which for GitHub is the repository. */
function pathInReport(path: string): string {
  const inside = relative('.', path);
  return inside.startsWith('..') || inside === '' ? path : inside;
}

function appendTo(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw unwritable(`GITHUB_STEP_SUMMARY, ${path},`, error);
  }
}
