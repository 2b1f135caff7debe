import { InvalidArgumentError, Option } from 'commander';
import { nearest } from '../report/nearest.ts';
import { Failure } from './failure.ts';

/** What `check` can write. */
export const FORMAT_NAMES = [
  'text',
  'json',
  'ndjson',
  'csv',
  'list',
  'markdown',
  'html',
  'junit',
  'tap',
  'sarif',
  'github',
  'gitlab',
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** The format of a file, by how its name ends. */
const BY_EXTENSION: Readonly<Record<string, FormatName>> = {
  txt: 'text',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  csv: 'csv',
  md: 'markdown',
  html: 'html',
  htm: 'html',
  xml: 'junit',
  tap: 'tap',
  sarif: 'sarif',
};

/** A format, and where it goes: null for standard output. */
export interface FormatChoice {
  readonly format: FormatName;
  readonly file: string | null;
}

/**
 * `--format` and `--output`, both repeatable: an output belongs to the format before it, or says by its extension which it is. Both
 * give the list of choices.
 */
export function formatOptions(): { formatOption: Option; outputOption: Option } {
  const chosen: FormatChoice[] = [];
  const formatOption = new Option(
    '--format <format>',
    `what to write, and more than once with --output: ${FORMAT_NAMES.join(', ')} (default: text)`,
  ).argParser((name: string) => {
    chosen.push({ format: formatName(name), file: null });
    return chosen;
  });
  const outputOption = new Option(
    '-o, --output <file>',
    'where to write the format named before it, or the one that its name ends in',
  ).argParser((file: string) => {
    const last = chosen.at(-1);
    if (last !== undefined && last.file === null) {
      chosen[chosen.length - 1] = { ...last, file };
      return chosen;
    }
    const format = BY_EXTENSION[/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ''];
    if (format === undefined) {
      const example = `--format ${last?.format ?? 'junit'} --output ${file}`;
      throw new Failure('output-without-format', `Say what to write to ${file}, as in: ${example}.`);
    }
    chosen.push({ format, file });
    return chosen;
  });
  return { formatOption, outputOption };
}

function formatName(text: string): FormatName {
  const known = FORMAT_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  const [near] = nearest(text, FORMAT_NAMES, 1);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new InvalidArgumentError(`Allowed choices are ${FORMAT_NAMES.join(', ')}.${hint}`);
}
